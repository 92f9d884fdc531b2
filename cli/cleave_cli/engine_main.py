"""Starts MiniStack on the engine's own Python, with the functions on another one.

    python engine_main.py FUNCTION_PYTHON

MiniStack starts functions with `sys.executable`. Here that would be a Python full of the engine's own
packages, and a function would run although its layer lacks something.

It also lacks a little of what the template relies on: API keys that the authorizer names, the time in the gateway's
own answers, answers that stand in an API's document, partition keys in the conditions of roles, the action of a batch,
batching windows and parallel calls for streams, paths as they stand in the URL, an address at the origin's root. This
teaches it.
"""

import ctypes
import functools
import importlib
import json
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
_COUNTED_BY = "usageIdentifierKey"
_ANY_METHOD = "x-amazon-apigateway-any-method"
_INTEGRATION = "x-amazon-apigateway-integration"
# The partition key comes first in every key condition, and is compared with one value.
_FIRST_EQUALITY = re.compile(r"=\s*(:\w+)")


def main() -> None:
    """Serve until killed."""
    if sys.platform == "linux":
        # Should even the keeper be killed, the kernel ends us, and functions end when we do.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    sys.executable, sys.argv = sys.argv[1], ["ministack"]
    accept_what_it_lacks()
    gateway = importlib.import_module("ministack.services.apigateway_v1")
    give_values_their_types()
    count_by_authorizer(gateway)
    import_written_answers(gateway)
    tell_request_time(gateway)
    keep_room_for_every_version(importlib.import_module("ministack.services.lambda_svc"))
    sys.path.append(str(Path(__file__).parents[1]))
    streams = importlib.import_module("cleave_cli.engine_streams")
    streams.gather_for_windows(importlib.import_module("ministack.services.lambda_svc"))
    streams.call_side_by_side(importlib.import_module("ministack.services.lambda_svc"))
    tell_leading_keys(importlib.import_module("ministack.core.iam_actions"))
    authorize_batches_as_singles(importlib.import_module("ministack.core.iam_actions"))
    app = importlib.import_module("ministack.app")
    server = importlib.import_module("cleave_cli.engine_server")
    server.serve_at_the_root(app, gateway)
    server.leave_paths_encoded(app)
    server.serve_with_uvicorn(importlib.import_module("hypercorn.asyncio"), importlib.import_module("uvicorn"))
    app.main()


def accept_what_it_lacks() -> None:
    """MiniStack refuses templates with saved queries of Logs Insights and with alarms on several metrics; nothing here
    depends on either, so they come to nothing instead."""
    provisioners = vars(importlib.import_module("ministack.services.cloudformation.provisioners"))
    provisioners["_RESOURCE_HANDLERS"]["AWS::Logs::QueryDefinition"] = {
        "create": lambda logical_id, *_: (logical_id, {"QueryDefinitionId": logical_id}),
        "delete": lambda *_: None,
    }
    put_alarm = provisioners["_cw_metric_alarm_put"]
    provisioners["_cw_metric_alarm_put"] = lambda name, properties: (
        (name, {"Arn": name}) if "Metrics" in properties else put_alarm(name, properties)
    )


def give_values_their_types() -> None:
    """CloudFormation makes a text or a number of a value as the property wants it; MiniStack hands it on unchanged."""
    handlers = vars(importlib.import_module("ministack.services.cloudformation.provisioners"))["_RESOURCE_HANDLERS"]
    for kind in ("AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"):
        handlers[kind] = {
            **handlers[kind],
            "create": _with_types(handlers[kind]["create"], 1),
            "update": _with_types(handlers[kind]["update"], 2),
        }


def _with_types(handle: Callable[..., Any], place: int) -> Callable[..., Any]:
    """``place`` is where the handler takes the properties."""

    @functools.wraps(handle)
    def handle_typed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - as the engine has them
        properties = json.loads(json.dumps(arguments[place]))
        variables = properties.get("Environment", {}).get("Variables", {})
        variables |= {name: str(value) for name, value in variables.items()}
        scaling = properties.get("ScalingConfig", {})
        scaling |= {name: int(value) for name, value in scaling.items()}
        return handle(*arguments[:place], properties, *arguments[place + 1 :], **named)

    return handle_typed


def count_by_authorizer(gateway: Any) -> None:  # noqa: ANN401 - a module of another environment
    """Take a call's API key from what the authorizer said: its `usageIdentifierKey`, which the engine forgets unless it
    stands in the context that it keeps."""
    counted_by: ContextVar[str | None] = ContextVar("counted_by", default=None)
    invoke, authorize = gateway._invoke_authorizer_lambda, gateway._authorize_request_v1  # noqa: SLF001 - no other way in

    async def invoke_and_keep(*arguments: Any) -> Any:  # noqa: ANN401 - as the engine has them
        answer = await invoke(*arguments)
        policy = (answer or {}).get("body")
        policy = json.loads(policy) if isinstance(policy, str | bytes) else policy
        if isinstance(policy, dict) and _COUNTED_BY in policy:
            kept = {**policy.get("context", {}), _COUNTED_BY: policy[_COUNTED_BY]}
            answer["body"] = {**policy, "context": kept}
        return answer

    async def authorize_and_note(*arguments: Any) -> Any:  # noqa: ANN401 - as the engine has them
        error, context = await authorize(*arguments)
        counted_by.set((context or {}).get(_COUNTED_BY))
        return error, context

    gateway._invoke_authorizer_lambda = invoke_and_keep  # noqa: SLF001
    gateway._authorize_request_v1 = authorize_and_note  # noqa: SLF001
    gateway._api_key_from_request = lambda _headers: counted_by.get()  # noqa: SLF001


def import_written_answers(gateway: Any) -> None:  # noqa: ANN401 - a module of another environment
    """Read from an API's document the answers that need no function, and those to methods that a path does not have.
    The engine itself reads only functions and named methods."""
    import_path, import_operation = gateway._import_path_item, gateway._import_operation  # noqa: SLF001 - no other way in
    gateway._OPENAPI_HTTP_METHODS |= {"any"}  # noqa: SLF001

    def import_any(api: str, path: str, item: dict[str, Any], *more: Any) -> None:  # noqa: ANN401 - as the engine has them
        import_path(api, path, {"any" if name == _ANY_METHOD else name: each for name, each in item.items()}, *more)

    def import_mocked(api: str, resource: str, method: str, operation: dict[str, Any], *more: Any) -> None:  # noqa: ANN401
        import_operation(api, resource, method, operation, *more)
        integration = operation[_INTEGRATION]
        if integration["type"] == "mock":
            gateway._put_integration(api, resource, method, {**integration, "type": "MOCK"})  # noqa: SLF001
            for answer in integration["responses"].values():
                gateway._put_integration_response(api, resource, method, answer["statusCode"], answer)  # noqa: SLF001

    gateway._import_path_item, gateway._import_operation = import_any, import_mocked  # noqa: SLF001


def tell_request_time(gateway: Any) -> None:  # noqa: ANN401 - a module of another environment
    """Put the time into what the gateway answers itself: of all variables in the template's, the one it leaves."""
    for name in ("_gateway_error_response", "_invoke_mock_v1"):
        setattr(gateway, name, _with_time(getattr(gateway, name)))


def _with_time(render: Callable[..., tuple[int, dict[str, str], bytes]]) -> Callable[..., Any]:
    def rendered(*arguments: Any) -> tuple[int, dict[str, str], bytes]:  # noqa: ANN401 - as the engine has them
        status, headers, body = render(*arguments)
        return status, headers, body.replace(b"$context.requestTimeEpoch", b"%d" % (time.time() * 1000))

    return rendered


def keep_room_for_every_version(functions: Any) -> None:  # noqa: ANN401 - a module of another environment
    """Reserved concurrency belongs to a function; the engine looks for it at the called version, which has none."""
    reserved = functions._reserved_concurrency  # noqa: SLF001 - no other way in

    def reserved_by_name(version: Any, config: dict[str, Any]) -> int | None:  # noqa: ANN401 - as the engine has it
        room: int | None = reserved(functions._functions.get(config.get("FunctionName"), version), config)  # noqa: SLF001
        return room

    functions._reserved_concurrency = reserved_by_name  # noqa: SLF001


def tell_leading_keys(actions: Any) -> None:  # noqa: ANN401 - a module of another environment
    """Give conditions `dynamodb:LeadingKeys`, as DynamoDB does: the partition keys that a request names."""
    context_of = actions.dynamodb_service_context

    def context_with_keys(body: bytes) -> dict[str, Any]:
        context: dict[str, Any] = context_of(body)
        found = sorted(set(leading_keys(json.loads(body or b"{}"))))
        return {**context, "dynamodb:LeadingKeys": found} if found else context

    actions.dynamodb_service_context = context_with_keys


def authorize_batches_as_singles(actions: Any) -> None:  # noqa: ANN401 - a module of another environment
    """SQS asks for `sqs:SendMessage` where a batch is sent; IAM knows no action of its own for it."""
    action_of = actions.extract_iam_action

    def single_action_of(*request: Any, **named: Any) -> str | None:  # noqa: ANN401 - as the engine has them
        action: str | None = action_of(*request, **named)
        return action.removesuffix("Batch") if action and action.startswith("sqs:") else action

    actions.extract_iam_action = single_action_of


def leading_keys(request: dict[str, Any]) -> Iterator[str]:
    """The partition keys of a request to DynamoDB, an index' own where that is asked. A scan has none.

    AWS looks at each item of a transaction by itself, the engine at all keys for each item: it never allows more.
    """
    condition = _FIRST_EQUALITY.search(request.get("KeyConditionExpression", ""))
    if condition:
        yield from request["ExpressionAttributeValues"][condition[1]].values()
    single = [request, *(write for action in request.get("TransactItems", []) for write in action.values())]
    keys = [each.get("Key") or each.get("Item") for each in single]
    keys += [key for read in request.get("RequestItems", {}).values() if "Keys" in read for key in read["Keys"]]
    yield from (key["pk"]["S"] for key in keys if key and "pk" in key)


if __name__ == "__main__":
    main()
