"""The request as pages and the API receive it, for type checkers: Django's, completed by the middleware."""

from typing import Any

from django import http

from zhirong.kernel.text import Lang
from zhirong.operations.actors import Actor


class HttpRequest(http.HttpRequest):
    """A request with its actor, the language of the answer, and the user's preferences
    (``web.preferences.Chosen``). The class is never instantiated: the middleware sets these attributes on Django's
    own request.
    """

    actor: Actor
    lang: Lang
    chosen: Any
