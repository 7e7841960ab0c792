"""The public pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from zhirong.web.pages import page


@page("", "home", is_public=True)
def home(request: HttpRequest) -> HttpResponse:
    """What the platform is and where to begin."""
    return render(request, "public/home.html")
