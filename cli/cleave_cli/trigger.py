"""`cleave trigger`: a signed sample of each kind of message, as subscribers get it."""

import base64
import binascii
import json
from typing import Annotated, Any

import typer
from cleave import clock
from cleave.outbound.exchange import Request

from cleave_cli.console import grid, show
from cleave_cli.errors import CleaveError
from cleave_cli.forwarding import Forwarded, Forwarder, Message, headers_of, url_of
from cleave_cli.listening.records import live_records
from cleave_cli.options import FOLDER, JsonOption, StateOption
from cleave_cli.paths import StateDir
from cleave_cli.reporting import reporting_errors
from cleave_cli.told.catalogue import KINDS, SAMPLE_SECRET, Kind, Target, samples

_PREFIX = "whsec_"


def _complete(incomplete: str) -> list[str]:
    return [name for name in KINDS if name.lower().startswith(incomplete.lower())]


EventArgument = Annotated[
    str | None, typer.Argument(help="As --list names it; CREATED or order-cancel will do.", autocompletion=_complete)
]
ToOption = Annotated[str | None, typer.Option("--to", help="URL; without it, where `cleave listen` forwards to.")]
SecretOption = Annotated[
    list[str] | None,
    typer.Option(
        "--secret", envvar="CLEAVE_WEBHOOK_SECRET", help="whsec_…, to sign with; without it, that of `cleave listen`."
    ),
]
HeaderOption = Annotated[
    list[str] | None, typer.Option("--header", "-H", help="One more header, as 'x-api-key: …'; can be repeated.")
]
SkipVerifyOption = Annotated[bool, typer.Option("--skip-verify", help="Take any certificate of the receiver's.")]


@reporting_errors()
def trigger(  # noqa: PLR0913, PLR0917 - a parameter is an option
    event: EventArgument = None,
    to: ToOption = None,
    secret: SecretOption = None,
    header: HeaderOption = None,
    show_: Annotated[bool, typer.Option("--show", help="Print the message, and send nothing.")] = False,  # noqa: FBT002
    list_: Annotated[bool, typer.Option("--list", help="List the kinds of messages.")] = False,  # noqa: FBT002
    skip_verify: SkipVerifyOption = False,  # noqa: FBT002 - a flag
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    state: StateOption = FOLDER,
) -> None:
    """Send a receiver a sample message, signed like a real one; status 1 if it is not taken."""
    if list_:
        _print_list(as_json=as_json)
        return
    name = _named(event)
    target = _target(to, secret or [], StateDir(state), is_sent=not show_)
    request = samples(target, clock.now())[name]
    path = request.url.removeprefix(target.url)
    message = Message(request.method, path, tuple(request.headers.items()), request.body)
    if show_:
        _print_message(name, request, as_json=as_json)
        return
    with Forwarder(target.url, headers_of(header or []), verify=not skip_verify) as receiver:
        answer = receiver.send(message)
    _print_answer(name, request, answer, as_json=as_json)
    if not answer.is_taken:
        raise typer.Exit(1)


def _print_list(*, as_json: bool) -> None:
    shown = grid("event", "when")
    for kind in KINDS.values():
        shown.add_row(kind.name, kind.meaning)
    show([_listed(kind) for kind in KINDS.values()], shown, as_json=as_json)


def _listed(kind: Kind) -> dict[str, Any]:
    said = {"event": kind.name, "payloadFormat": kind.payload.value, "when": kind.meaning}
    return {**said, "toWebhooks": kind.to_webhooks}


def _named(event: str | None) -> str:
    """The kind with that name, in any letter case. The part before the first full stop may be missing if the rest is
    unique."""
    if event is None:
        raise typer.BadParameter("which event? cleave trigger --list names them", param_hint="EVENT")
    found = [name for name in KINDS if event.lower() == name.lower()]
    found = found or [name for name in KINDS if event.lower() == name.partition(".")[2].lower()]
    if len(found) != 1:
        raise CleaveError(f"There is no event {event}; cleave trigger --list names them.")
    return found[0]


def _target(to: str | None, secrets: list[str], state: StateDir, *, is_sent: bool) -> Target:
    listening = next(iter(live_records(state)), None)
    url = to or (listening and listening.forward_to)
    secrets = secrets or ([listening.secret] if listening and listening.secret else [])
    if not is_sent:
        return Target(url_of(url) if url else Target().url, tuple(secrets or [SAMPLE_SECRET]))
    if not url:
        raise CleaveError("Whom to send it? Give --to URL, or have `cleave listen --forward-to URL` running.")
    if not secrets:
        raise CleaveError("What to sign with? Give --secret whsec_…, or have `cleave listen` running.")
    for each in secrets:
        _check(each)
    return Target(url_of(url), tuple(secrets))


def _check(secret: str) -> None:
    try:
        base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise CleaveError("A signing secret is whsec_ and base64, as it was shown when the webhook was made.") from None


def _print_message(name: str, request: Request, *, as_json: bool) -> None:
    headers = (f"{header}: {value}" for header, value in request.headers.items())
    words = (f"{request.method} {request.url}", *headers, f"\n{request.body.decode()}")
    show(_as_data(name, request), *words, as_json=as_json)


def _print_answer(name: str, request: Request, answer: Forwarded, *, as_json: bool) -> None:
    said = {"status": answer.status, "error": answer.error, "latencyMs": answer.latency_ms}
    word = answer.error if answer.status is None else answer.status
    text = f"{name} {request.headers['webhook-id']} → {word}, {request.method} {answer.url}, {answer.latency_ms} ms"
    show({**_as_data(name, request), "answer": said}, text, as_json=as_json)


def _as_data(name: str, request: Request) -> dict[str, Any]:
    body = request.body.decode()
    sent = {"method": request.method, "url": request.url, "headers": dict(request.headers)}
    return {"event": name, **sent, "body": body, "document": json.loads(body)}
