"""The description of the API (OpenAPI 3.1): what the framework knows of it, and what only this house does."""

import json
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from zhirong.api.problems import MEDIA_TYPE, ProblemDetails
from zhirong.operations.case.calculator import Calculate
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.fields import Request

_PREFIX = "/api/v1/"
_REFERENCE = "#/components/schemas/{model}"


class DescribedApi(NinjaAPI):
    """An API whose description names the request of every operation, and refusals by their own media type."""

    _described: OpenAPISchema | None = None

    def get_openapi_schema(self, **arguments: Any) -> OpenAPISchema:
        """The whole description; it is the same for everybody and made once in each process."""
        if self._described is None:
            self._described = self._describe()
        return self._described

    def _describe(self) -> OpenAPISchema:
        described = super().get_openapi_schema(path_prefix=_PREFIX)
        refusal = ProblemDetails.model_json_schema(ref_template=_REFERENCE)
        described["components"]["schemas"] |= {**refusal.pop("$defs"), ProblemDetails.__name__: refusal}
        for path in described["paths"].values():
            for call in path.values():
                _describe(call, described["components"]["schemas"])
        return described


def _describe(call: dict[str, Any], schemas: dict[str, Any]) -> None:
    name = call.pop("x-operation", None)
    if name is not None:
        call["requestBody"] = _body(name, OPERATIONS[name].request, schemas)
    elif call.pop("x-request", None) == "calculator":
        call["requestBody"] = _body("calculator", Calculate, schemas)
    call.pop("x-list", None)
    for status, response in call["responses"].items():
        if int(status) >= 400:
            response["content"] = {
                MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model=ProblemDetails.__name__)}}
            }
        if int(status) == 429:
            response["headers"] = {"Retry-After": {"schema": {"type": "string"}}}


def _body(name: str, model: type[Request], schemas: dict[str, Any]) -> dict[str, Any]:
    """The request of an operation; its schema goes to the components under its own name."""
    title = "".join(part.capitalize() for part in name.replace("_", ".").replace("-", ".").split(".")) + "Request"
    schema = model.model_json_schema(ref_template=_REFERENCE)
    for part, described in schema.pop("$defs", {}).items():
        own = part if schemas.get(part, described) == described else title + part
        if own != part:  # two requests have different things of one name
            old, new = (f'"{_REFERENCE.format(model=one)}"' for one in (part, own))
            schema, described = (json.loads(json.dumps(one).replace(old, new)) for one in (schema, described))
        schemas[own] = described
    schemas[title] = schema
    return {
        "required": bool(schema.get("required")),
        "content": {"application/json": {"schema": {"$ref": _REFERENCE.format(model=title)}}},
    }
