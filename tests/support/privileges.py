"""What functions ask of AWS, where boto3 sends it, and what their policies in the template let them ask."""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

from tests.support.template import resources

type Grant = tuple[str, str]
"""An action and the resource that it is done to: ``("dynamodb:Query", "Table/index/modified")``."""

_FUNCTION = re.compile(r"/functions/(\w+)/app\.py$")
_RESOURCES = {"sqs": "DeliveryQueue", "kms": "SecretsKey", "secretsmanager": "TokenSecret"}
_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


class Used:
    """By function: what it asked for, and how the partition keys began that it named."""

    def __init__(self) -> None:
        self.grants: dict[str, set[Grant]] = defaultdict(set)
        self.keys: dict[str, set[str]] = defaultdict(set)
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
        self.grants[function].add((f"{service}:{model.name}", _RESOURCES[service]))
        self.messages += [str(params.get("MessageBody"))] if service == "sqs" else []

    def _note_table(self, function: str, operation: str, params: dict[str, Any]) -> None:
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        actions = {operation}
        if operation == "TransactWriteItems":
            actions = {_TRANSACTIONS[kind] for item in params["TransactItems"] for kind in item}
        self.grants[function] |= {(f"dynamodb:{action}", f"Table{index}") for action in actions}
        if not index:
            self.keys[function] |= {key.partition("#")[0] for key in _partitions(params)}


def _partitions(document: Any) -> Iterator[str]:  # noqa: ANN401 - botocore's parameters
    """Every value of ``pk`` in a request, and of a query's ``:pk``."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name in {"pk", ":pk"} and "S" in value:
                yield value["S"]
            else:
                yield from _partitions(value)
    elif isinstance(document, list):
        for each in document:
            yield from _partitions(each)


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


def statements() -> dict[str, list[dict[str, Any]]]:
    """The statements of each function's own policy, by its folder."""
    return {
        PurePosixPath(function["CodeUri"]).name: [
            statement for policy in function.get("Policies", []) for statement in policy["Statement"]
        ]
        for function in resources("AWS::Serverless::Function").values()
    }


def granted() -> dict[str, set[Grant]]:
    """What each function may do, by its folder."""
    return {
        function: {
            (action, resource)
            for statement in own
            for action in as_list(statement["Action"])
            for resource in map(_name, as_list(statement["Resource"]))
        }
        for function, own in statements().items()
    }


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - one or many, as policies have it
    """What policies write alone or in a list."""
    return value if isinstance(value, list) else [value]


def _name(resource: Any) -> str:  # noqa: ANN401 - an intrinsic function
    """``!GetAtt Table.Arn`` is ``Table``, ``!Sub ${Table.Arn}/index/x`` is ``Table/index/x``."""
    text = str(next(iter(resource.values()))) if isinstance(resource, dict) else str(resource)
    return re.sub(r"\.(Arn|Id)\b|[${}]", "", text)
