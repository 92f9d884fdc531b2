"""API Gateway's proxy events: a good and a bad one for each endpoint."""

import json
from collections.abc import Iterator
from typing import Any

from cleave.domain.dialect import Dialect

from cleave_cli.events.lambda_event import ACCOUNT, EXAMPLE_MS, Event, LambdaEvent
from cleave_cli.events.own import own
from cleave_cli.openapi.document import OPERATIONS
from cleave_cli.openapi.operation import Operation
from cleave_cli.openapi.parameters import PATH
from cleave_cli.openapi.routes import Route, routes
from cleave_cli.template import resources

SELLER_KEY, CHANNEL_KEY, OPERATOR_KEY = "example-api-key", "example-client", "example-operator"
_CALLERS = {
    "seller": {"credential": SELLER_KEY, "role": "seller", "sellers": "20811", "principalId": SELLER_KEY},
    "channel": {"credential": CHANNEL_KEY, "role": "channel", "sellers": "20811 20812", "principalId": CHANNEL_KEY},
    "operator": {"credential": OPERATOR_KEY, "role": "operator", "sellers": "", "principalId": OPERATOR_KEY},
}
_INVALID, _FORBIDDEN, _NOT_FOUND, _CONFLICT = 400, 403, 404, 409
_PUBLIC = "https://93.184.215.14/cleave"  # an address, so that nothing has to be looked up
# What makes the good event a bad one, where there is more to say than a body without its fields.
_BAD: dict[str, tuple[dict[str, Any], int]] = {
    "CancelPackage": ({"body": {"lines": [{"lineId": 4765081101, "quantity": 9}], "reasonId": 500}}, _CONFLICT),
    "GetShipmentPackages": ({"query": {"size": "0"}}, _INVALID),
    "GetShipmentPackagesStream": ({"query": {"nextCursor": "none-of-ours"}}, _INVALID),
    "ListWebhooks": ({"path": {"sellerId": "20812"}}, _NOT_FOUND),
    "ListChannelWebhooks": ({"role": "seller"}, _FORBIDDEN),
    "FindOrder": ({"path": {"orderNumber": "none-of-ours"}}, _NOT_FOUND),
    "ListPending": ({"query": {"cursor": "none-of-ours"}}, _INVALID),
    "ProbeReceiver": ({"path": {"subscriptionId": "none-of-ours"}}, _NOT_FOUND),
    "GetStatus": ({"role": "seller"}, _FORBIDDEN),
    "ListReceivers": ({"query": {"cursor": "none-of-ours"}}, _INVALID),
    "ListDeliveries": ({"query": {"state": "lost"}}, _INVALID),
    "GetDelivery": ({"path": {"deliveryId": "none-of-ours"}}, _NOT_FOUND),
    "GetCancellation": ({"path": {"cancellationId": "none-of-ours"}}, _NOT_FOUND),
    "GetOrderTimeline": ({"path": {"orderNumber": "none-of-ours"}}, _NOT_FOUND),
    "ManualDeliver": ({"path": {"packageId": "1"}}, _NOT_FOUND),
    "ManualReturn": ({"path": {"packageId": "1"}}, _NOT_FOUND),
    "ResendDelivery": ({"path": {"deliveryId": "none-of-ours"}}, _NOT_FOUND),
}
_OTHER_WEBHOOK = {"path": {"webhookId": "00000000-0000-4000-8000-000000000000"}}
_GOOD: dict[str, dict[str, Any]] = {
    "CreateWebhook": {"body": {"url": _PUBLIC}},
    "UpdateWebhook": {"body": {"url": _PUBLIC}},
    "CreateChannelWebhook": {"body": {"base_url": _PUBLIC}},
}
# What the marketplace says of a seller's package, on a seller's path.
_CHANNELS = frozenset({"ReportStatus"})


def endpoint_events() -> Iterator[LambdaEvent]:
    """Of the first path that each function serves."""
    for route in _first_routes().values():
        yield from _events(route, OPERATIONS[route.function, route.dialect])


def _first_routes() -> dict[str, Route]:
    """By function, in the template's order."""
    found: dict[str, Route] = {}
    for route in routes():
        found.setdefault(route.function, route)
    return found


def documented_call(function: str) -> Event:
    """The good event of a function, about what the API's documented example is about."""
    route = _first_routes()[function]
    more = _GOOD.get(function, {})
    body = _example(OPERATIONS[function, route.dialect])
    return proxy_event(route, body={**body, **more["body"]} if more else body, **_caller(route))


def _example(operation: Operation) -> Any:  # noqa: ANN401 - any body
    return None if operation.takes is None else operation.takes.examples["example"]


def _caller(route: Route) -> dict[str, Any]:
    if route.is_staffs:
        return {"role": "operator"}
    return {"role": "channel"} if route.function in _CHANNELS else {}


def _events(route: Route, operation: Operation) -> Iterator[LambdaEvent]:
    folder, body, caller = folder_of(route.function), _example(operation), _caller(route)
    yield LambdaEvent(folder, "good", own(route.function, documented_call(route.function)), operation.status)
    changes, status = _BAD.get(route.function, ({"body": {}} if body is not None else _OTHER_WEBHOOK, 0))
    fallback = _INVALID if body is not None else _NOT_FOUND
    yield LambdaEvent(folder, "bad", proxy_event(route, **{"body": body, **caller, **changes}), status or fallback)


def folder_of(function: str) -> str:
    """The folder of its code below functions/."""
    code_uri: str = resources("AWS::Serverless::Function")[f"{function}Function"]["CodeUri"]
    return code_uri.removeprefix("functions/")


def proxy_event(
    route: Route,
    *,
    body: object = None,
    path: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    role: str | None = None,
) -> Event:
    """As API Gateway makes it, after the authorizer has let the caller in."""
    names = [part.partition("}")[0] for part in route.path.split("{")[1:]]
    named = {**{name: str(PATH[name][2]) for name in names}, **(path or {})}
    headers = {"Accept": "application/json", "User-Agent": "20811 - example"}
    headers |= {"Content-Type": "application/json"} if body is not None else {}
    headers |= {"storeFrontCode": "DE"} if route.dialect is Dialect.TRENDYOL else {}
    return {
        "resource": route.path,
        "path": _filled(route.path, named),
        "httpMethod": route.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": query and {name: [value] for name, value in query.items()},
        "pathParameters": named or None,
        "stageVariables": None,
        "requestContext": _context(route, _filled(route.path, named), role),
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def _context(route: Route, path: str, role: str | None) -> Event:
    wanted = role or ("seller" if route.dialect is Dialect.TRENDYOL else "channel")
    authorizer = {"authorizer": _CALLERS[wanted]} if route.needs_credentials else {}
    return {
        "accountId": ACCOUNT,
        "apiId": "a1b2c3d4e5",
        "stage": "dev",
        "protocol": "HTTP/1.1",
        "requestId": "5f0b7a9e-6c1e-4a55-9c0f-0d9a9d6d8a11",
        "requestTimeEpoch": EXAMPLE_MS,
        "httpMethod": route.method,
        "resourcePath": route.path,
        "path": f"/dev{path}",
        "identity": {"sourceIp": "192.0.2.10", "userAgent": "20811 - example"},
        **authorizer,
    }


def _filled(path: str, named: dict[str, str]) -> str:
    for name, value in named.items():
        path = path.replace(f"{{{name}}}", value)
    return path
