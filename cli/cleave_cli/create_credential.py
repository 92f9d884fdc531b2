"""`cleave credentials`: who may call a deployed service."""

from pathlib import Path
from typing import Annotated

import boto3
import typer
from cleave.store.credentials import Credential, Role, store_credential
from cleave.store.table import Table

from cleave_cli.console import console
from cleave_cli.credentials import new_key, new_secret, read_endpoint
from cleave_cli.deploy import Deployment, read_outputs, stack_outputs
from cleave_cli.paths import StateDir
from cleave_cli.reporting import reporting_errors

app = typer.Typer(name="credentials", help=__doc__, no_args_is_help=True)


@app.command()
def create(
    seller: Annotated[list[int], typer.Option(help="A seller it may act for; a channel can have several.", min=1)],
    role: Annotated[Role, typer.Option(help="Trendyol's dialect is for sellers, HepsiGlobal's for channels.")],
    stack: Annotated[str | None, typer.Option(help="Stack on AWS; without it, the running local stack.")] = None,
    state: Annotated[Path, typer.Option(envvar="CLEAVE_STATE", help="Folder of the local stack.")] = StateDir().path,
) -> None:
    """Make a key and a secret, and print them: the secret this once, since only its hash is stored."""
    with reporting_errors():
        credential = Credential(new_key(), role, frozenset(seller))
        secret = new_secret()
        store_credential(_local_table(state) if stack is None else _aws_table(stack), credential, secret)
        console.print(f"key:    {credential.key}\nsecret: {secret}", soft_wrap=True)


def _local_table(state: Path) -> Table:
    endpoint = read_endpoint(StateDir(state).local_json)
    deployment = Deployment(endpoint, read_outputs(endpoint))
    client = deployment.session.client("dynamodb", endpoint_url=endpoint)
    return Table(client, deployment.outputs["TableName"])


def _aws_table(stack: str) -> Table:
    outputs = stack_outputs(boto3.client("cloudformation"), stack)
    return Table(boto3.client("dynamodb"), outputs["TableName"])
