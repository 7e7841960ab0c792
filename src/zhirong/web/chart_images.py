"""Charts as images of a page, for the component ``c-chart``: a version each for light and dark pages."""

from django.http import HttpResponse

from zhirong.charts.drawing import to_svg
from zhirong.charts.theme import Spec, darkened
from zhirong.operations.http_request import HttpRequest

# A drawing has its own styles; as a separate document it can neither load nor run anything.
_DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def chart_image(request: HttpRequest, spec: Spec | None) -> HttpResponse:
    """Return the drawing, with ``?dark=1`` for a dark page; not found without a chart."""
    if spec is None:
        return HttpResponse(status=404)
    drawn = to_svg(darkened(spec) if "dark" in request.GET else spec)
    response = HttpResponse(drawn, content_type="image/svg+xml")
    response["Content-Security-Policy"] = _DRAWING_POLICY
    response["Cache-Control"] = "private, max-age=300"
    return response
