"""`cleave restore` and `cleave adopt`: the table as it was at a moment, and a stack that works with it from then on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from cleave.store.credentials import listed_credential_keys
from cleave.table.table import Table

from cleave_cli.console import notes, show, step
from cleave_cli.deploy import STACK_NAME
from cleave_cli.operate import Stack, find_stack
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.reporting import reporting_errors
from cleave_cli.restored import RestoredTable
from cleave_cli.stack_update import update

# Calls that were shifted bit by bit would go to two tables meanwhile.
_AT_ONCE = {"GradualDeployment": "false"}
NameArgument = Annotated[str, typer.Argument(help="The restored table.")]


@reporting_errors()
def restore(
    name: Annotated[str, typer.Argument(help="The new table.")],
    at: Annotated[datetime | None, typer.Option(help="The moment, UTC; without it, the latest, minutes ago.")] = None,
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Restore the stack's table, as it was at a moment of the last 35 days, into a new one. Nothing else changes."""
    restore_table(find_stack(stack, state), name, at)


def restore_table(stack: Stack, name: str, at: datetime | None) -> None:
    """The same, of a stack that was found."""
    client = stack.session.client("dynamodb", endpoint_url=stack.endpoint)
    moment: Any = {"UseLatestRestorableTime": True} if at is None else {"RestoreDateTime": at.replace(tzinfo=UTC)}
    try:
        client.restore_table_to_point_in_time(
            SourceTableName=stack.outputs["TableName"], TargetTableName=name, **moment
        )
    except client.exceptions.TableAlreadyExistsException:
        notes.print(f"There is a table {name}; if it is this restore's, it goes on.")
    with step(f"Restoring into {name}"):
        RestoredTable(client, name).wait_until_active()


@reporting_errors()
def adopt(
    name: NameArgument,
    deploy: Annotated[bool, typer.Option("--deploy", help="Change the stack, and not only the table.")] = False,  # noqa: FBT002 - a flag
    secrets_key: Annotated[
        str | None, typer.Option(help="Id of the key of receivers' secrets, if another stack encrypted them.")
    ] = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Switch on the features that a restored table lacks, and make the stack use it. Repeating it does no harm."""
    adopted = adopt_table(find_stack(stack, state), stack or STACK_NAME, name, deploy=deploy, secrets_key=secrets_key)
    show(_document(adopted), *_words(adopted), as_json=as_json)


@dataclass(frozen=True)
class Adopted:
    """``switched_on`` lists the features that the table lacked; tracking numbers are leased from ``numbers_from`` on.

    ``revoked_since``: keys that the restore brought back; None if the earlier table is gone. ``parameters`` belong to
    every deployment from now on.
    """

    switched_on: Sequence[str]
    numbers_from: int
    revoked_since: Sequence[str] | None
    parameters: Mapping[str, str]


def adopt_table(stack: Stack, stack_name: str, name: str, *, deploy: bool, secrets_key: str | None = None) -> Adopted:
    """The same, of a stack that was found."""
    restored = RestoredTable(stack.session.client("dynamodb", endpoint_url=stack.endpoint), name)
    restored.check_shape()
    switched_on, number = list(restored.switch_on()), restored.skip_numbers(stack.outputs["TableName"])
    chosen = {"AdoptedTable": name, "AdoptedTableStream": restored.stream_label()}
    chosen |= {} if secrets_key is None else {"AdoptedSecretsKey": secrets_key}
    revoked = _revoked_since(stack, name)
    if deploy:
        with step("Changing the stack"):
            update(stack.session, stack.endpoint, stack_name, {**chosen, **_AT_ONCE})
    return Adopted(switched_on, number, revoked, chosen)


def _document(adopted: Adopted) -> dict[str, object]:
    found = {"switchedOn": adopted.switched_on, "numbersFrom": adopted.numbers_from}
    return {**found, "revokedSince": adopted.revoked_since, "parameters": adopted.parameters}


def _words(adopted: Adopted) -> Iterator[str]:
    yield from (f"switched on: {each}" for each in adopted.switched_on)
    yield f"Carriers' numbers are given out from the {adopted.numbers_from:,}th on."
    if adopted.revoked_since is None:
        yield "The table before is gone: look for credentials that were revoked since, and revoke them again."
    for key in adopted.revoked_since or ():
        yield f"Revoked since: {key}. Revoke it again once the stack is changed."
    words = " ".join(f"{key}={value}" for key, value in adopted.parameters.items())
    yield f"Deploy with these from now on (samconfig.toml):\n{words}"


def _revoked_since(stack: Stack, name: str) -> list[str] | None:
    """Credentials revoked since: a restore brings them back."""
    if name == stack.outputs["TableName"]:
        return []
    client = stack.table.client
    try:
        now = listed_credential_keys(stack.table)
    except client.exceptions.ResourceNotFoundException:
        return None
    return [key for key in listed_credential_keys(Table(client, name)) if key not in now]
