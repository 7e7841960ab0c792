"""The request as pages and the API receive it, for type checkers: Django's, completed by the middleware."""

from typing import Any

from django import http

from zhirong.kernel.text import Lang
from zhirong.operations.actors import Actor


class HttpRequest(http.HttpRequest):
    """A request with who acts, the language of the answer, and what the user prefers to see (``web.preferences.Chosen``).
    No instance is made of it: the middleware sets these on Django's own request.
    """

    actor: Actor
    lang: Lang
    chosen: Any
