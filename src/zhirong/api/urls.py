"""Addresses of the API, below ``/api/``."""

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.urls import path
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from zhirong.api import (
    bulk,
    calculator,
    capabilities,
    case_overview,
    events,
    files,
    lists,
    me,
    objects,
    operations,
    register,
)
from zhirong.api.description import DescribedApi
from zhirong.api.problems import answer, of_validation, refusal
from zhirong.api.reading import UnreadableError
from zhirong.api.security import AUTH, Rate
from zhirong.kernel.errors import InputError
from zhirong.kernel.full_disk import full_disk, is_full_disk
from zhirong.operations import catalogue
from zhirong.operations.http_request import HttpRequest
from zhirong.store.transaction import NoRegisterError
from zhirong.version import __version__

catalogue.load()
# Description of the API; docs/en/how-to/use-the-api.md contains the details.
_ABOUT = """知识产权金融开放平台的接口：各工作台可办理的事项、可查看的列表和对象。

The API of the open platform for intellectual-property finance: the operations, lists and objects of every desk.

版本：地址中的 v1 为主版本。v1 之内仅作兼容的新增：新的操作、列表、对象、字段、可选参数、代码值、事件种类和问题代码；程序应忽略未知的字段和代码。
不兼容的变更仅在新的主版本中作出，旧版本此后至少保留十二个月；将停用的操作、字段标为 deprecated，并写入更新说明。

Versions: v1 in the address is the major version. Within v1 changes are compatible: new operations, lists, objects, fields,
optional parameters, codes, kinds of event and problem codes; programs ignore fields and codes that they do not know. Incompatible
changes come with a new major version; the old one stays for at least twelve months. What is going to end is marked deprecated and
named in the changelog."""
api = DescribedApi(
    title="知融 Zhirong",
    version=__version__,
    description=_ABOUT,
    auth=AUTH,
    throttle=[Rate()],
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)
for part in (
    me,
    capabilities,
    operations,
    bulk,
    lists,
    objects,
    case_overview,
    events,
    files,
    register,
    calculator,
):
    part.add_to(api)


@api.exception_handler(UnreadableError)
def unreadable(request: HttpRequest, error: UnreadableError) -> HttpResponse:
    """Answer that the body is not JSON."""
    return answer(request, 400, error.problems)


@api.exception_handler(InputError)
def refused(request: HttpRequest, error: InputError) -> HttpResponse:
    """Answer with every reason why an operation or a list rejected the request."""
    return refusal(request, error)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer that the framework could not read a parameter or a file."""
    return answer(request, 422, of_validation(error.errors))


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Answer that the caller is not signed in or the token is invalid."""
    response = answer(request, 401)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Throttled)
def too_often(request: HttpRequest, error: Throttled) -> HttpResponse:
    """Answer that there are too many calls; the framework adds the waiting time."""
    return answer(request, 429)


@api.exception_handler(HttpError)
def other(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer with any other error of the framework."""
    return answer(request, error.status_code)


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
@api.exception_handler(NoRegisterError)
def not_now(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer that the disk is full, or the database is busy, restarting or not set up: nothing was written."""
    if is_full_disk(error):
        return answer(request, 507, [full_disk()])
    response = answer(request, 503)
    response.headers["Retry-After"] = "5"
    return response


@api.exception_handler(OSError)
def machine(request: HttpRequest, error: OSError) -> HttpResponse:
    """Answer that the disk is full; any other system error is a fault of the platform."""
    if is_full_disk(error):
        return answer(request, 507, [full_disk()])
    raise error


urlpatterns = [path("v1/", api.urls)]
