"""The names by which callers know their own cancellations.

A channel's cancellation is named by its ``cancel_id``. Trendyol's dialect has no such name, so there it is
``content-…``, a digest of the request, or ``key-…``, a digest of the Idempotency-Key; ``item-…`` is a marketplace's own
cancel of an order item. The caller's scope is never part of a name, so no caller can name another's cancellation.
"""

import re

from cleave.domain.cancellation import CancellationKey, Scope
from cleave.domain.dialect import Dialect

# A header of the answer to an accepted cancel: callers learn here which id their cancellation got.
HEADER = "Cancellation-Id"
_NAME = re.compile(r"[1-9][0-9]{0,15}|(content|key|item)-[0-9a-f]{32}")


def id_of(scope: Scope, name: str) -> str | None:
    """The id of the cancellation with this name in the caller's scope; None if it is not a name."""
    return str(CancellationKey(scope, name.replace("-", "#"))) if _NAME.fullmatch(name) else None


def name_in(scope: Scope | None, cancellation_id: str) -> str | None:
    """The cancellation's name for a caller with this scope; None if it is not the caller's own.

    ``scope`` None is an operator, who sees the full id.
    """
    if scope is None:
        return cancellation_id
    name = cancellation_id.removeprefix(f"{scope}#").replace("#", "-")
    return name if id_of(scope, name) == cancellation_id else None


def names_of(cancellation_id: str) -> tuple[str | None, str | None]:
    """The name that its caller uses, in Trendyol's and in HepsiGlobal's dialect; None in the other dialect, and in both
    for what is no id."""
    dialect, _, rest = cancellation_id.partition("#")
    caller = rest.partition("#")[0]
    if dialect not in list(Dialect):
        return None, None
    name = name_in(Scope(Dialect(dialect), caller), cancellation_id)
    return (name, None) if dialect == Dialect.TRENDYOL else (None, name)


def id_header(key: CancellationKey) -> dict[str, str]:
    """The header for the answer to an accepted cancellation."""
    return {HEADER: name_in(key.scope, str(key)) or ""}
