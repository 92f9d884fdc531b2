"""`cleave restore` and `cleave adopt`: the table as it was at a moment, and a stack that works with it from then on."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from cleave.store.credentials import credential_keys
from cleave.table.table import Table

from cleave_cli.console import console, step
from cleave_cli.deploy import STACK_NAME
from cleave_cli.operate import Stack, find_stack
from cleave_cli.options import FOLDER, StackOption, StateOption
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
        console.print(f"There is a table {name}; if it is this restore's, it goes on.")
    with step(f"Restoring into {name}"):
        RestoredTable(client, name).wait_until_active()


@reporting_errors()
def adopt(
    name: NameArgument,
    deploy: Annotated[bool, typer.Option("--deploy", help="Change the stack, and not only the table.")] = False,  # noqa: FBT002 - a flag
    secrets_key: Annotated[
        str | None, typer.Option(help="Id of the key of receivers' secrets, if another stack sealed them.")
    ] = None,
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Switch on what a restored table lacks, and have the stack work with it. The same again does no harm."""
    adopt_table(find_stack(stack, state), stack or STACK_NAME, name, deploy=deploy, secrets_key=secrets_key)


def adopt_table(stack: Stack, stack_name: str, name: str, *, deploy: bool, secrets_key: str | None = None) -> None:
    """The same, of a stack that was found."""
    restored = RestoredTable(stack.session.client("dynamodb", endpoint_url=stack.endpoint), name)
    restored.check_shape()
    for done in restored.switch_on():
        console.print(f"switched on: {done}")
    number = restored.skip_numbers(stack.outputs["TableName"])
    console.print(f"Carriers' numbers are given out from the {number:,}th on.")
    chosen = {"AdoptedTable": name, "AdoptedTableStream": restored.stream_label()}
    chosen |= {} if secrets_key is None else {"AdoptedSecretsKey": secrets_key}
    _tell_credentials(stack, name)
    if deploy:
        with step("Changing the stack"):
            update(stack.session, stack.endpoint, stack_name, {**chosen, **_AT_ONCE})
    words = " ".join(f"{key}={value}" for key, value in chosen.items())
    console.print(f"Deploy with these from now on (samconfig.toml):\n{words}", soft_wrap=True, markup=False)


def _tell_credentials(stack: Stack, name: str) -> None:
    """A restore brings back what was revoked since."""
    if name == stack.outputs["TableName"]:
        return
    client = stack.table.client
    try:
        now = credential_keys(stack.table)
    except client.exceptions.ResourceNotFoundException:
        console.print("The table before is gone: look for credentials that were revoked since, and revoke them again.")
        return
    for key in credential_keys(Table(client, name)):
        if key not in now:
            console.print(f"Revoked since: {key}. Revoke it again once the stack is changed.")
