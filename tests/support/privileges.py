"""What functions ask of AWS, where boto3 sends it, and what their policies in the template let them ask."""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import isfunction
from pathlib import PurePosixPath
from typing import Any

from cleave.store import credential_keys, keys, order_keys, webhook_keys
from cleave.table.requests import Key
from cleave_cli.engine_main import leading_keys

from tests.support.template import resources

type Grant = tuple[str, str]
"""An action and the resource that it is done to: ``("dynamodb:Query", "Table/index/modified")``."""

# How the URL ends of the queue that stands for the one of dead letters.
DEAD = "-dead"
CONDITION = "ForAllValues:StringLike"
_FUNCTION = re.compile(r"/functions/(\w+)/app\.py$")
_RESOURCES = {
    "sqs": "DeliveryQueue",
    "kms": "SecretsKey",
    "secretsmanager": "TokenSecret",
    "s3": "FailedRecords",
}
_ACTIONS = {"ListObjectsV2": "ListBucket"}  # where the action is not the operation
_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


class Used:
    """By function: what it asked for, and which actions it did to items with which prefix (of the partition key)."""

    def __init__(self) -> None:
        self.grants: dict[str, set[Grant]] = defaultdict(set)
        self.prefixes: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self.messages: list[str] = []

    def note(self, params: dict[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        """One call that is about to be made."""
        function = _calling_function()
        if function is None:
            return
        service = model.service_model.service_name
        if service == "dynamodb":
            self._note_table(function, model.name, params)
            return
        action = _ACTIONS.get(model.name, model.name)
        is_dead = str(params.get("QueueUrl", "")).endswith(DEAD)
        self.grants[function].add((f"{service}:{action}", "DeliveryDeadLetters" if is_dead else _RESOURCES[service]))
        self.messages += [str(params.get("MessageBody"))] if service == "sqs" else []

    def _note_table(self, function: str, operation: str, params: dict[str, Any]) -> None:
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        for action, part in _parts(operation, params):
            self.grants[function].add((action, f"Table{index}"))
            if not index:
                self.prefixes[function] |= {(action, prefix_of(key)) for key in leading_keys(part)}


def _parts(operation: str, params: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Actions and what each is done to; a transaction is the actions of its writes."""
    if operation != "TransactWriteItems":
        return [(f"dynamodb:{operation}", params)]
    writes = [write for action in params["TransactItems"] for write in action.items()]
    return [(f"dynamodb:{_TRANSACTIONS[kind]}", part) for kind, part in writes]


def prefix_of(partition: str) -> str:
    """``PACKAGE#`` of ``PACKAGE#20811#4711``."""
    return re.sub(r"(?<=#).*", "", partition)


def _calling_function() -> str | None:
    frame = sys._getframe()
    while frame is not None:
        found = _FUNCTION.search(frame.f_code.co_filename)
        if found:
            return found[1]
        frame = frame.f_back  # type: ignore[assignment] # None above the outermost
    return None


@contextmanager
def used_by(*clients: Any) -> Iterator[Used]:  # noqa: ANN401 - boto3's clients have no common type
    """Notes the calls of functions while the context is open."""
    used = Used()
    for client in clients:
        client.meta.events.register("before-parameter-build", used.note)
    try:
        yield used
    finally:
        for client in clients:
            client.meta.events.unregister("before-parameter-build", used.note)


def folder_of() -> dict[str, str]:
    """The folder of each function, by its name in the template."""
    functions = resources("AWS::Serverless::Function").items()
    return {name: PurePosixPath(function["CodeUri"]).name for name, function in functions}


def all_prefixes() -> set[str]:
    """How the partition keys of all that the store makes a key of begin."""
    modules = (order_keys, webhook_keys, credential_keys)
    functions = [each for module in modules for each in vars(module).values() if isfunction(each)]
    makers = [each for each in functions if each.__annotations__["return"] is Key]
    made = [make(*(1 if each is int else "x" for each in _parameters(make))) for make in makers]
    return {prefix_of(key[keys.PARTITION]) for key in made}


def _parameters(function: Any) -> list[type]:  # noqa: ANN401 - any function
    return [annotation for name, annotation in function.__annotations__.items() if name != "return"]


def statements() -> dict[str, list[dict[str, Any]]]:
    """The statements of each function's own policy, by its folder; those that a parameter brings are among them."""
    return {
        PurePosixPath(function["CodeUri"]).name: statements_of(function)
        for function in resources("AWS::Serverless::Function").values()
    }


def statements_of(function: dict[str, Any]) -> list[dict[str, Any]]:
    """The same of one function's properties."""
    return [
        statement["If"][1] if "If" in statement else statement
        for policy in function.get("Policies", [])
        for statement in policy["Statement"]
    ]


def granted() -> dict[str, set[Grant]]:
    """What each function may do, by its folder."""
    return {
        function: {
            (action, resource)
            for statement in own
            for action in as_list(statement["Action"])
            for resource in map(resource_name, as_list(statement["Resource"]))
        }
        for function, own in statements().items()
    }


def granted_prefixes() -> dict[str, set[tuple[str, str]]]:
    """What each function may do to which items of the table, by its folder."""
    return {
        function: {
            (action, pattern.removesuffix("*"))
            for statement in own
            for action in as_list(statement["Action"])
            for pattern in as_list(statement.get("Condition", {}).get(CONDITION, {}).get("dynamodb:LeadingKeys", []))
        }
        for function, own in statements().items()
    }


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - one or many, as policies have it
    """What policies write alone or in a list."""
    return value if isinstance(value, list) else [value]


def resource_name(resource: Any) -> str:  # noqa: ANN401 - an intrinsic function
    """``!GetAtt Table.Arn`` is ``Table``, ``!Sub ${Table.Arn}/index/x`` is ``Table/index/x``; of an ``!If`` what holds
    by default."""
    match resource:
        case {"If": [_, own, _]}:
            return resource_name(own)
        case {"Sub": [text, _]} | {"Sub": text} | {"GetAtt": text} | {"Ref": text} | text:
            return re.sub(r"\.(Arn|Id)\b|[${}]", "", str(text))
    raise AssertionError(resource)
