"""The addresses of the API alone: loaded with the first call, since making two hundred calls takes a second or two that no
page should wait for (``zhirong.web.middleware.api``).
"""

from django.urls import include, path

urlpatterns = [path("api/", include("zhirong.api.urls"))]
handler404 = "zhirong.web.errors.not_found"
handler403 = "zhirong.web.errors.forbidden"
handler500 = "zhirong.web.errors.failed"
