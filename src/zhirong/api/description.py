"""The description of the API (OpenAPI 3.1): the framework's part, and the platform's additions."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from zhirong.api.examples import example_of
from zhirong.api.problems import ANY_TIME, MEDIA_TYPE, ProblemDetails, details_example, title_of
from zhirong.api.reading import ANY_VERSION
from zhirong.operations.case.calculator import Calculate
from zhirong.operations.declare import OPERATIONS, Operation
from zhirong.operations.fields import Request
from zhirong.operations.refusals import LONGEST_KEY

_PREFIX = "/api/v1/"
_REFERENCE = "#/components/schemas/{model}"
_LICENCE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}


class DescribedApi(NinjaAPI):
    """An API whose description names the request of every operation, and errors by their media type."""

    _described: OpenAPISchema | None = None

    def get_openapi_schema(self, **arguments: Any) -> OpenAPISchema:
        """Return the complete description; it is the same for all callers and created once per process."""
        if self._described is None:
            self._described = self._describe()
        return self._described

    def _describe(self) -> OpenAPISchema:
        described = super().get_openapi_schema(path_prefix=_PREFIX)
        schemas = described["components"]["schemas"]
        described["info"]["license"] = _LICENCE
        described["servers"] = [{"url": settings.PUBLIC_URL, "description": "本平台 / this platform"}]
        refusal = ProblemDetails.model_json_schema(ref_template=_REFERENCE)
        schemas |= {**refusal.pop("$defs"), ProblemDetails.__name__: refusal}
        for path in described["paths"].values():
            for call in path.values():
                _describe(call, schemas)
        for name, schema in schemas.items():
            # Generators name classes by title: of two schemas with one title, one would be lost with everything
            # that uses it.
            schema["title"] = name
        for address, path in described["paths"].items():
            for call in path.values():
                _add_examples(address, call, schemas)
        described["webhooks"] = {"event": {"post": _webhook(schemas)}}
        return described


def _describe(call: dict[str, Any], schemas: dict[str, Any]) -> None:
    name, bulk = call.pop("x-operation", None), call.pop("x-bulk", None)
    if name is not None:
        call["requestBody"] = _body(name, OPERATIONS[name].request, schemas)
    elif bulk is not None:
        call["requestBody"] = _bulk_body(OPERATIONS[bulk], schemas)
        call["responses"][200]["content"]["application/json"]["example"] = _bulk_example(bulk, schemas)
    elif call.pop("x-request", None) == "calculator":
        call["requestBody"] = _body("calculator", Calculate, schemas)
    call.pop("x-list", None)
    for status in ANY_TIME:
        call["responses"].setdefault(str(status), {})
    for status, response in call["responses"].items():
        if int(status) >= 400:
            response["description"] = f"{title_of(int(status)).zh} / {title_of(int(status)).en}"
            response["content"] = {
                MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model=ProblemDetails.__name__)}}
            }
        if int(status) in (429, 503):
            response["headers"] = {"Retry-After": {"schema": {"type": "string"}, "example": "5"}}


def _bulk_body(op: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the request body of an operation in bulk: rows, each with the request of the operation."""
    body = _body(op.name, op.request, schemas)
    data = body["content"]["application/json"]["schema"]
    key = {"type": "string", "maxLength": LONGEST_KEY, "description": "本行的键 / key of this row"}
    fields: dict[str, Any] = {"data": data, "key": key}
    needed = ["data"] if body["required"] else []
    if op.model is not None:
        fields["id"] = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
        version = {"type": "integer", "minimum": 0, "maximum": 10**18 - 1}
        fields["version"] = {"anyOf": [version, {"type": "string", "enum": [ANY_VERSION]}]}
        needed += ["id", "version"]
    row = {"type": "object", "properties": fields, "required": needed, "additionalProperties": False}
    title = data["$ref"].rsplit("/", 1)[-1].removesuffix("Request")
    schemas[f"{title}BulkRow"] = row
    rows = {
        "type": "array",
        "minItems": 1,
        "maxItems": settings.API_BULK_ROWS,
        "items": {"$ref": _REFERENCE.format(model=f"{title}BulkRow")},
    }
    schemas[f"{title}BulkRequest"] = {
        "type": "object",
        "properties": {"rows": rows},
        "required": ["rows"],
        "additionalProperties": False,
    }
    schema = {"$ref": _REFERENCE.format(model=f"{title}BulkRequest")}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _bulk_example(name: str, schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return an example of a report: one row done, one refused."""
    done = example_of(schemas["Done"], schemas)
    problem = details_example(f"{_PREFIX}bulk/{name}", 422)
    return {
        "done": 1,
        "refused": 1,
        "rows": [
            {"index": 0, "status": 200, "done": done, "problem": None},
            {"index": 1, "status": 422, "done": None, "problem": problem},
        ],
    }


def _webhook(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The message that the platform sends to a webhook, according to the Standard Webhooks specification."""
    message = {"$ref": _REFERENCE.format(model="EventMessage")}
    headers = {
        "webhook-id": ("消息编号，重发时不变 / of the message, the same for every repeat", "evt_4711"),
        "webhook-timestamp": ("发送时间，Unix 秒 / when it is sent, Unix seconds", "1795600000"),
        "webhook-signature": (
            "v1, 加 id.timestamp.body 的 HMAC-SHA256（Base64），密钥为 whsec_ 之后的 Base64 / v1, and the HMAC-SHA256 of "
            "id.timestamp.body in base64; the secret is the base64 after whsec_",
            "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
        ),
    }
    return {
        "operationId": "webhook_event",
        "summary": "与本机构有关的事件 / an event that concerns the organisation",
        "description": "登记回调后发送；webhook.test 发送一条测试消息 / Sent to a webhook that was added with webhook.add; "
        "webhook.test sends a message to test it.",
        "tags": ["events"],
        "parameters": [
            {
                "in": "header",
                "name": name,
                "required": True,
                "description": words,
                "schema": {"type": "string"},
                "example": example,
            }
            for name, (words, example) in headers.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": message, "example": example_of(message, schemas)}},
        },
        "responses": {
            "2XX": {"description": "已收到，不再发送 / taken; it is not sent again"},
            "410": {"description": "此后不再发送这条消息 / this message is not sent again"},
            "default": {"description": "稍后重发，共十二次 / sent again later, twelve times in all"},
        },
    }


def _add_examples(address: str, call: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """Add an example of the request and of every response."""
    for content in call.get("requestBody", {}).get("content", {}).values():
        content.setdefault("example", example_of(content["schema"], schemas))
    for status, response in call["responses"].items():
        for media_type, content in response.get("content", {}).items():
            if media_type == MEDIA_TYPE:
                content["example"] = details_example(address.replace("{id}", "12"), int(status))
            elif media_type == "application/json":
                content.setdefault("example", example_of(content["schema"], schemas))


def _body(name: str, model: type[Request], schemas: dict[str, Any]) -> dict[str, Any]:
    """Return the request body of an operation; its schema is added to the components under its name."""
    title = "".join(part.capitalize() for part in name.replace("_", ".").replace("-", ".").split(".")) + "Request"
    schema = model.model_json_schema(ref_template=_REFERENCE)
    for part, described in schema.pop("$defs", {}).items():
        described["title"] = part
        own = part if schemas.get(part, described) == described else title + part
        if own != part:  # two requests have different definitions of one name
            old, new = (f'"{_REFERENCE.format(model=one)}"' for one in (part, own))
            schema, described = (json.loads(json.dumps(one).replace(old, new)) for one in (schema, described))
        schemas[own] = described
    schemas[title] = schema
    return {
        "required": bool(schema.get("required")),
        "content": {"application/json": {"schema": {"$ref": _REFERENCE.format(model=title)}}},
    }
