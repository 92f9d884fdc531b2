"""docs/cleave.postman_collection.json: every operation of the document as a request, for Postman, Bruno and others.

The form is Postman's 2.1. Requests fill in what later ones need.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from cleave_cli.openapi.document import document
from cleave_cli.openapi.operation import Schema
from cleave_cli.paths import ROOT

COLLECTION = ROOT / "docs/cleave.postman_collection.json"

_ABOUT = (
    "Made by `cleave openapi` from docs/openapi.json. `cleave env --postman` writes the settings of a running stack."
)
_FORM = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
# The stack's address and credentials, to be set before use. `cleave env` prints most of them.
_SETTINGS = {
    "baseUrl": "http://127.0.0.1:8080",
    **dict.fromkeys(("apiKey", "apiSecret", "clientId", "clientSecret", "operatorKey", "operatorSecret"), ""),
    "storeFrontCode": "DE",
    "webhookUrl": "https://hooks.example.com/cleave",
    "channelUrl": "https://market.example.com/api",
    "token": "",
}
# Values in examples of bodies that stand for a setting.
_IN_BODIES = {
    "your client id": "clientId",
    "your client secret": "clientSecret",
    "https://hooks.example.com/cleave": "webhookUrl",
    "https://market.example.com/api": "channelUrl",
}
# Values of an answer that later requests use: the variable, and its place in the answer.
_KEPT = {
    "authToken": ("token", "pm.response.json().access_token"),
    "cancelPackage": ("cancellationId", 'pm.response.headers.get("Cancellation-Id")'),
    "createWebhook": ("webhookId", "pm.response.json().id"),
    "createWebhookAlias": ("webhookId", "pm.response.json().id"),
    "createChannelWebhook": ("channelWebhookId", "pm.response.json().id"),
    "listDeliveries": ("deliveryId", "pm.response.json().content[0]?.id"),
}
# Of each operation the last to be sent of its folder: nothing is left then for others to be about.
_LAST = frozenset({"delete"})


def render() -> str:
    return json.dumps(collection(), indent=1, ensure_ascii=False) + "\n"


def collection() -> Schema:
    """In the document's order, with a folder for each tag; requests that delete come last."""
    made = document()
    operations = [(path, method, each) for path, found in made["paths"].items() for method, each in found.items()]
    operations.sort(key=lambda each: each[1] in _LAST)
    folders = [
        {
            "name": tag["name"],
            "description": tag["description"],
            "item": [_request(*each) for each in operations if tag["name"] in each[2]["tags"]],
        }
        for tag in made["tags"]
    ]
    return {
        "info": {"name": made["info"]["title"], "description": _ABOUT, "schema": _FORM},
        "item": [folder for folder in folders if folder["item"]],
        "variable": [{"key": key, "value": value} for key, value in _variables(made).items()],
    }


def _variables(made: Schema) -> dict[str, str]:
    """The settings, and the parameters of paths with their examples."""
    named = {
        _variable(path, each["name"]): str(each["example"])
        for path, found in made["paths"].items()
        for operation in found.values()
        for each in operation.get("parameters", [])
        if each["in"] == "path"
    }
    return {**_SETTINGS, **named}


def _variable(path: str, name: str) -> str:
    """A channel's webhooks are others than a seller's."""
    of_channel = path.startswith("/v1/") and name in {"webhookId", "deliveryId", "cancellationId"}
    return f"channel{name[0].upper()}{name[1:]}" if of_channel else name


def _request(path: str, method: str, operation: Schema) -> Schema:
    request = {
        "method": method.upper(),
        "header": list(_headers(operation)),
        "url": _url(path, operation),
        "auth": _auth(operation),
        "description": operation["summary"],
        **_body(operation),
    }
    return {"name": operation["operationId"], "request": request, **_kept(operation["operationId"])}


def _url(path: str, operation: Schema) -> Schema:
    filled = re.sub(r"\{(\w+)\}", lambda found: f"{{{{{_variable(path, found[1])}}}}}", path)
    query = [
        {"key": each["name"], "value": str(each["schema"].get("default", "")), **_said(each)}
        for each in operation.get("parameters", [])
        if each["in"] == "query"
    ]
    whole = {"raw": f"{{{{baseUrl}}}}{filled}", "host": ["{{baseUrl}}"], "path": filled.strip("/").split("/")}
    return {**whole, "query": query} if query else whole


def _headers(operation: Schema) -> Iterator[Schema]:
    """All but the storefront can be left out, and are until they are turned on."""
    for each in operation.get("parameters", []):
        if each["name"] == "storeFrontCode":
            yield {"key": each["name"], "value": "{{storeFrontCode}}", "description": each["description"]}
        elif each["in"] == "header":
            yield {"key": each["name"], "value": "", **_said(each)}


def _said(parameter: Schema) -> Schema:
    return {"description": parameter["description"], "disabled": True}


def _auth(operation: Schema) -> Schema:
    scheme = next(iter(operation["security"][0])) if operation["security"] else None
    match scheme:
        case None:
            return {"type": "noauth"}
        case "channel":
            return {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]}
        case "seller":
            return _basic("apiKey", "apiSecret")
        case _:
            return _basic("operatorKey", "operatorSecret")


def _basic(key: str, secret: str) -> Schema:
    values = {"username": f"{{{{{key}}}}}", "password": f"{{{{{secret}}}}}"}
    return {
        "type": "basic",
        "basic": [{"key": name, "value": value, "type": "string"} for name, value in values.items()],
    }


def _body(operation: Schema) -> Schema:
    if "requestBody" not in operation:
        return {}
    ((_, content),) = operation["requestBody"]["content"].items()
    example: Any = content["examples"]["example"]["value"]
    text = json.dumps(example, indent=2, ensure_ascii=False)
    for value, name in _IN_BODIES.items():
        text = text.replace(value, f"{{{{{name}}}}}")
    return {"body": {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}}


def _kept(operation_id: str) -> Schema:
    if operation_id not in _KEPT:
        return {}
    variable, place = _KEPT[operation_id]
    lines = [f'if (pm.response.code < 300 && {place}) pm.collectionVariables.set("{variable}", {place});']
    return {"event": [{"listen": "test", "script": {"type": "text/javascript", "exec": lines}}]}
