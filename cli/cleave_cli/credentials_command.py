"""`cleave credentials`: the credentials of a deployed service."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import boto3
import typer
from cleave import clock
from cleave.application.subscribe import revocation
from cleave.dialects.trendyol.endpoint import STOREFRONTS
from cleave.domain.roles import MAX_SELLERS, Role, Tier
from cleave.store.credentials import (
    Credential,
    ListedCredential,
    NoCredential,
    StillRotating,
    list_credentials,
    read_power,
    replace_secret,
)
from cleave.table.table import Table

from cleave_cli import limits
from cleave_cli.console import notes, show
from cleave_cli.credentials import new_key, new_secret, read_endpoint
from cleave_cli.credentials_sync import Registrar
from cleave_cli.deploy import Deployment, engine_session, read_outputs, stack_outputs
from cleave_cli.errors import CleaveError
from cleave_cli.known_keys import wait_until_known
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.paths import StateDir
from cleave_cli.reporting import reporting_errors

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient

app = typer.Typer(name="credentials", help=__doc__, no_args_is_help=True)

KeyArgument = Annotated[str, typer.Argument(help="The credential's key, as `list` shows it.")]


@dataclass(frozen=True)
class Service:
    """Where a deployed service keeps its callers."""

    table: Table
    gateway: "APIGatewayClient"
    outputs: dict[str, str]
    base_url: str


@app.command()
def create(  # noqa: PLR0913, PLR0917 - a parameter is an option
    role: Annotated[
        Role, typer.Option(help="Sellers speak Trendyol's dialect, channels HepsiGlobal's; support only reads.")
    ],
    seller: Annotated[
        list[int] | None,
        typer.Option(help="A seller that it may act for; staff act for all.", min=1, max=2**53 - 1),
    ] = None,
    storefront: Annotated[list[str] | None, typer.Option(help="Storefronts that limit it; none: all.")] = None,
    tier: Annotated[Tier, typer.Option(help="The seller's number of products; sets its limits.")] = Tier.UP_TO_50K,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Make a key and a secret, and print them: the secret this once, since only its hash is stored."""
    with reporting_errors():
        credential = replace(_credential(role, seller or [], storefront or []), tier=tier)
        secret = new_secret()
        service = _service(stack, state)
        # First the limits: without them API Gateway refuses the key, so a failure between the two lets nobody in.
        limits.register(service.gateway, service.outputs, credential)
        revocation.admit(service.table, credential, secret, clock.now())
        _print_secret(credential.key, secret, as_json=as_json)
        if credential.has_limits:
            notes.print(wait_until_known(service.base_url, credential, secret), soft_wrap=True)


@app.command("list")
def list_all(
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Show all credentials and their dates, but no secrets."""
    with reporting_errors():
        found, damaged = list_credentials(_service(stack, state).table)
        lost = [{"key": key, "unreadable": True} for key in damaged]
        lines = (*map(_line, found), *(f"{key} cannot be read" for key in damaged))
        show([*map(_document, found), *lost], *lines, as_json=as_json)


@app.command()
def rotate(
    key: KeyArgument,
    overlap_hours: Annotated[
        int, typer.Option(help="Hours for which the old secret stays valid; 0 if it leaked.", min=0)
    ] = 24,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Make another secret for a key, and print it this once."""
    with reporting_errors():
        secret, now = new_secret(), clock.now()
        service = _service(stack, state)
        try:
            replace_secret(service.table, key, secret, now, now + timedelta(hours=overlap_hours))
        except StillRotating as rotating:
            until = f"{rotating.until:%Y-%m-%d %H:%M} UTC"
            raise CleaveError(f"The secret before is valid until {until}; --overlap-hours 0 ends it.") from None
        except NoCredential:
            raise _unknown(key) from None
        _print_secret(key, secret, as_json=as_json)
        if overlap_hours == 0:
            notes.print(limits.forget_answers(service.gateway, service.outputs))


@app.command()
def revoke(
    key: KeyArgument,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Revoke a credential and its tokens, and delete the webhooks that no other credential can change."""
    with reporting_errors():
        service = _service(stack, state)
        power = read_power(service.table, key)
        try:
            ended = revocation.revoke(service.table, key)
        except NoCredential:
            raise _unknown(key) from None
        limits.unregister(service.gateway, key)
        words = [f"webhook {each.subscription_id} of {each.owner} is ended." for each in ended]
        if power is not None and power.is_vague:
            notes.print("Whose it was cannot be read: webhooks of a seller stay, and an operator can delete them.")
        words.append(f"{key} is revoked. {limits.forget_answers(service.gateway, service.outputs)}")
        document = {"revoked": key, "endedWebhooks": [each.subscription_id for each in ended]}
        show(document, *words, as_json=as_json)


@app.command()
def sync(
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    stack: StackOption = None,
    state: StateOption = FOLDER,
) -> None:
    """Register all credentials with the API of the stack, after a restore or for a new stack. Again does no harm."""
    with reporting_errors():
        service = _service(stack, state)
        found, damaged = list_credentials(service.table)
        credentials = [known.credential for known in found]
        done = list(Registrar(service.gateway, service.outputs)(credentials))
        document = {"credentials": len(credentials), "changes": done, "unreadable": damaged}
        show(document, *done, f"{len(credentials)} credentials, {len(done)} changes.", as_json=as_json)
        if damaged:
            raise CleaveError(f"These cannot be read, and were left as they are: {', '.join(damaged)}")


def _print_secret(key: str, secret: str, *, as_json: bool) -> None:
    show({"key": key, "secret": secret}, f"key:    {key}\nsecret: {secret}", as_json=as_json)


def _credential(role: Role, sellers: list[int], storefronts: list[str]) -> Credential:
    if role.is_staff == bool(sellers):
        raise CleaveError("Operators and support know every seller, so name none; a seller or channel needs --seller.")
    if role is Role.SELLER and len(sellers) > 1:
        raise CleaveError("A seller's credential is for one --seller.")
    if storefronts and role is Role.CHANNEL:
        raise CleaveError("HepsiGlobal's dialect names no storefront, so a channel cannot be limited to one.")
    if len(sellers) > MAX_SELLERS:
        raise CleaveError(f"A credential may act for {MAX_SELLERS} sellers; make another one for the rest.")
    unknown = sorted({*storefronts} - STOREFRONTS)
    if unknown:
        raise CleaveError(f"Unknown storefronts: {', '.join(unknown)}. Known: {', '.join(sorted(STOREFRONTS))}.")
    return Credential(new_key(), role, frozenset(sellers), frozenset(storefronts))


def _line(known: ListedCredential) -> str:
    credential, now = known.credential, clock.now()
    ending = [each.expires_at for each in known.secrets if each.expires_at and each.is_live(now)]
    columns = [
        credential.key,
        f"{credential.role.value:8}",
        "sellers " + (" ".join(str(seller) for seller in sorted(credential.sellers)) or "all"),
        "storefronts " + (" ".join(sorted(credential.storefronts)) or "all"),
        f"since {known.created_at:%Y-%m-%d %H:%M}",
        *(f"old secret until {end:%Y-%m-%d %H:%M}" for end in ending),
    ]
    return "  ".join(columns)


def _document(known: ListedCredential) -> dict[str, object]:
    credential = known.credential
    return {
        "key": credential.key,
        "role": credential.role.value,
        "sellers": sorted(credential.sellers),
        "storefronts": sorted(credential.storefronts),
        "since": known.created_at.isoformat(),
        "secretsUntil": [each.expires_at.isoformat() for each in known.secrets if each.expires_at is not None],
    }


def _unknown(key: str) -> CleaveError:
    return CleaveError(f"There is no credential {key}, or it was changed meanwhile.")


def _service(stack: str | None, state: Path) -> Service:
    if stack is None:
        endpoint = read_endpoint(StateDir(state).local_json)
        session, outputs = engine_session(), read_outputs(endpoint)
    else:
        endpoint, session = None, boto3.Session()
        outputs = stack_outputs(session.client("cloudformation"), stack)
    base_url = outputs["ApiUrl"] if endpoint is None else Deployment(endpoint, outputs).base_url
    table = Table(session.client("dynamodb", endpoint_url=endpoint), outputs["TableName"])
    return Service(table, session.client("apigateway", endpoint_url=endpoint), outputs, base_url)
