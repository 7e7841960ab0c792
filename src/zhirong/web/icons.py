"""Icons of Lucide (ISC licence) as inline SVG. An icon is always next to a word, so it is hidden from screen
readers.
"""

from functools import cache

from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide


@cache
def icon(name: str) -> SafeString:
    """Return the SVG of an icon; the sheet gives it size and colour. Raises IconDoesNotExist for an unknown name."""
    shapes = " ".join(lucide(name).split()).partition(">")[2].replace(" />", "/>").replace("> <", "><")
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{shapes.strip()}')  # noqa: S308
