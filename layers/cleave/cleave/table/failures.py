"""The meaning of DynamoDB's errors for the caller of a write."""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from cleave.table.attributes import Item, to_item
from cleave.table.requests import Key, Label, Update, Write, label_of

# Another transaction holds an item of ours, or a partition is hot: the same transaction can succeed a moment later.
_TRANSIENT = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
# The same for a whole request instead of one item.
_BUSY = frozenset(
    {
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "TransactionInProgressException",
        "TransactionConflictException",
    }
)

# DynamoDB's messages about an update that the item's content does not allow.
_MISFIT = ("incorrect data type", "document path provided in the update", "attribute that does not exist in the item")


class Contended(Exception):  # noqa: N818 - says what happened; the caller decides whether it is an error
    """Other writers held the items for as long as we tried; nothing was written."""


class OutOfDate(Exception):  # noqa: N818 - an answer that callers act on
    """Another writer has changed an item since it was read; nothing was written."""


class ConditionsFailed(Exception):  # noqa: N818 - an answer that callers act on
    """Conditions of a write or transaction did not hold; nothing was written.

    ``found`` maps the label of each write whose condition failed to its item as it is, None if there is none.
    """

    def __init__(self, found: Mapping[Label, Item | None]) -> None:
        super().__init__(f"conditions failed: {', '.join(map(str, found))}")
        self.found = found


class Misfit(Exception):  # noqa: N818 - says what happened
    """An update met an attribute that is missing, or of another type than the update needs: the item with that ``key``
    is damaged. Nothing was written."""

    def __init__(self, key: Key) -> None:
        super().__init__(f"{key} does not hold what is to be changed")
        self.key = key


def is_transient(error: ClientError) -> bool:
    """Whether the same request can succeed a moment later."""
    codes = _cancellation_codes(error)
    if not codes:
        return error.response["Error"]["Code"] in _BUSY
    return bool(codes & _TRANSIENT) and codes <= _TRANSIENT | {"ConditionalCheckFailed"}


def explained(error: ClientError, writes: Sequence[Write]) -> Exception:
    """ConditionsFailed or Misfit, if these explain the whole failure of the ``writes``."""
    if error.response["Error"]["Code"] == "ConditionalCheckFailedException":  # of a write outside of a transaction
        item: Any = error.response.get("Item")
        return ConditionsFailed({label_of(writes[0]): to_item(item) if item else None})
    for write, why in zip(writes, _reasons(error) or [error.response["Error"]], strict=False):
        if isinstance(write, Update) and any(words in why.get("Message", "") for words in _MISFIT):
            return Misfit(write.key)
    if _cancellation_codes(error) != {"ConditionalCheckFailed"}:
        return error
    return ConditionsFailed(
        {
            label_of(write): to_item(reason["Item"]) if reason.get("Item") else None
            for write, reason in zip(writes, _reasons(error), strict=True)
            if reason.get("Code") == "ConditionalCheckFailed"
        }
    )


def _cancellation_codes(error: ClientError) -> set[Any]:
    return {reason.get("Code") for reason in _reasons(error)} - {"None", None}


def _reasons(error: ClientError) -> Sequence[Any]:
    """Why a transaction was cancelled, item by item; empty for any other error."""
    reasons: Any = error.response.get("CancellationReasons", [])
    return list(reasons)
