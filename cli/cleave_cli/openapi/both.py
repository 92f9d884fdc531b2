"""Operations that a function serves in both dialects."""

from dataclasses import replace

from cleave.domain.dialect import Dialect
from cleave.domain.refusals import RefusalCode

from cleave_cli.openapi.operation import Operation
from cleave_cli.openapi.parameters import CHANNEL


def both(operation: Operation) -> tuple[Operation, Operation]:
    """A seller's, and a channel's."""
    return operation, of_channel(operation)


def of_channel(operation: Operation) -> Operation:
    """Under /v1, where an operator names the channel in whose place it asks."""
    return replace(
        operation,
        dialect=Dialect.HEPSIGLOBAL,
        parameters=(*operation.parameters, CHANNEL),
        refusals=(*operation.refusals, RefusalCode.BODY_INVALID),
    )
