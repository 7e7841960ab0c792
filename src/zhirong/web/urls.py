"""Addresses: the declared pages, sign-in, the API. Importing the desks declares their pages, lists and menus."""

from importlib import import_module

from django.urls import include, path

from zhirong.operations import catalogue
from zhirong.web import display_pages, search_pages, views  # noqa: F401 - they declare the shared pages
from zhirong.web.pages import url_patterns

DESKS = (
    "public",
    "imports",
    "firm",
    "lender",
    "guarantor",
    "loan",
    "policy",
    "recovery",
    "agency",
    "registrar",
    "authority",
    "admin",
    "developers",
)
catalogue.load()  # first: pages are declared for lists
for _desk in DESKS:
    import_module(f"zhirong.web.{_desk}.pages")

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/", include("zhirong.api.urls")),
    *url_patterns(),
]
handler404 = "zhirong.web.errors.not_found"
handler403 = "zhirong.web.errors.forbidden"
handler500 = "zhirong.web.errors.failed"
