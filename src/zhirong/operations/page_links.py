"""Page addresses by page name, for notifications and e-mails: only the declaration of a page (``web``) contains its
path.
"""

from django.urls import reverse


def page_link(name: str, row: int | str | None = None, *, query: str = "") -> str:
    """Return the path of a page. name: as declared, such as ``lender.case``. row: the id or name of the object on
    the page. query: such as ``state=open``. Raises NoReverseMatch for a page that does not exist.
    """
    path = reverse(name, args=[] if row is None else [row])
    return f"{path}?{query}" if query else path
