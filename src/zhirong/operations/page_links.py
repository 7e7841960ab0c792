"""The address of a page by its name, for notices and e-mails: only the declaration of a page (``web``) knows its path."""

from django.urls import reverse


def page_link(name: str, row: int | str | None = None, *, query: str = "") -> str:
    """The path of a page. name: as the page is declared, such as ``lender.case``. row: the id of the row, or the name, that it shows. query: such as
    ``state=open``. Raises NoReverseMatch for a page that does not exist.
    """
    path = reverse(name, args=[] if row is None else [row])
    return f"{path}?{query}" if query else path
