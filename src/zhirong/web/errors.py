"""Pages for what goes wrong, in the reader's language and with a way on."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """There is no such page, or none that this person may see."""
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Not permitted."""
    return render(request, "403.html", status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """A fault of the platform: nothing was written."""
    return render(request, "500.html", status=500)
