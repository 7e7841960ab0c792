"""Error pages in the reader's language, with a link to continue."""

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render

from zhirong.kernel.full_disk import full_disk, is_full_disk
from zhirong.operations.http_request import HttpRequest

RETRY_SECONDS = "5"


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer that the page does not exist or that the user may not see it."""
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer that the request is not permitted."""
    return render(request, "403.html", status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer that an error, a full disk, or a busy or restarting database prevented the request; nothing was
    written.
    """
    if is_full_disk(sys.exception()):
        problem = full_disk()
        words = {"zh": problem.as_text("zh"), "en": problem.as_text("en")}
        return render(request, "507.html", words, status=507)
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        response = render(request, "503.html", status=503)
        response.headers["Retry-After"] = RETRY_SECONDS
        return response
    return render(request, "500.html", status=500)
