"""The temporary webhook of a listener: made, and deleted in any case."""

import secrets
import signal
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from cleave.domain.subscription import ChannelEvent, PayloadFormat

from cleave_cli.console import notes
from cleave_cli.errors import CleaveError
from cleave_cli.forwarding import is_here
from cleave_cli.listening.caller import Caller, answer_of
from cleave_cli.listening.records import OpenRecord, Record, forget, left_over
from cleave_cli.paths import StateDir
from cleave_cli.told.catalogue import KINDS

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_GONE = 404


@dataclass(frozen=True)
class Wish:
    """``events`` by their names in the dialect; none: all. ``is_held``: its messages wait, and none is sent."""

    events: Sequence[str]
    cloudevents: bool
    is_held: bool = False


def wish_of(caller: Caller, events: Sequence[str], *, cloudevents: bool, is_held: bool) -> Wish:
    """Raises CleaveError for an event that the subscriber cannot choose."""
    if cloudevents and events:
        raise CleaveError("CloudEvents tell of every change: choose among them by their type.")
    dialect = (PayloadFormat.HEPSIGLOBAL if caller.seller is None else PayloadFormat.TRENDYOL).value
    known = {name.removeprefix(f"{dialect}.") for name in KINDS if name.startswith(f"{dialect}.")} - {"test"}
    by_folded = {name.lower(): name for name in known}
    plain = [event.lower().removeprefix(f"{dialect}.") for event in events]
    unknown = [event for event in plain if event not in by_folded]
    if unknown:
        raise CleaveError(f"There is no event {', '.join(unknown)}; there are {', '.join(sorted(known))}.")
    return Wish([by_folded[event] for event in plain], cloudevents, is_held)


@contextmanager
def temporary_webhook(caller: Caller, base: str, wish: Wish, opened: OpenRecord) -> Iterator[Record]:
    """A webhook whose URL is the base and the record's token, for as long as the block runs. Raises CleaveError."""
    try:
        with closing(caller.client()) as http:
            made = answer_of(http.post(caller.webhooks, json=_body(caller, f"{base}/{opened.record.token}", wish)))
        opened.note(made["id"], made.get("signingSecret") or made.get("signing_secret"))
        yield opened.record
    finally:
        with _undisturbed():
            opened.is_over = _delete(caller, opened.record)


def _body(caller: Caller, url: str, wish: Wish) -> dict[str, Any]:
    held = {"held": True} if wish.is_held else {}
    if caller.seller is None:
        words = "cloudevents" if wish.cloudevents else "hepsiglobal"
        events = {} if wish.cloudevents else {"events": list(wish.events) or [each.value for each in ChannelEvent]}
        return {"base_url": url, "payload_format": words, **events, **held}
    words = "cloudevents" if wish.cloudevents else "trendyol"
    key = {"authenticationType": "API_KEY", "apiKey": secrets.token_hex(16)}
    return {"url": url, **key, "payloadFormat": words, "subscribedStatuses": list(wish.events), **held}


def delete_left_over(state: StateDir, caller: Caller) -> int:
    """The webhooks of listeners of this caller that crashed; of another stack on this machine they are gone with it."""
    deleted = 0
    for record in left_over(state):
        is_callers = (record.base_url, record.seller) == (caller.base_url, caller.seller_id)
        went_with_its_stack = record.base_url != caller.base_url and is_here(record.base_url)
        if went_with_its_stack or (is_callers and _delete(caller, record)):
            forget(state, record)
            deleted += is_callers
    return deleted


def _delete(caller: Caller, record: Record) -> bool:
    """Whether it is gone: also with its whole stack, where that ran on this machine."""
    try:
        with closing(caller.client()) as http:
            return all(_is_deleted(http.delete(f"{caller.webhooks}/{each}")) for each in _ids(http, caller, record))
    except (httpx.HTTPError, CleaveError) as error:
        if is_here(caller.base_url) and isinstance(error, httpx.ConnectError):
            return True
        notes.print(f"The webhook is not deleted; the next `cleave listen` does it: {error!r}", markup=False)
        return False


def _is_deleted(answer: httpx.Response) -> bool:
    return answer.is_success or answer.status_code == _GONE


def _ids(http: httpx.Client, caller: Caller, record: Record) -> list[str]:
    """By its URL where the answer that says its id was lost."""
    if record.webhook is not None:
        return [record.webhook]
    url = "base_url" if caller.seller is None else "url"
    return [each["id"] for each in answer_of(http.get(caller.webhooks)) if each[url].endswith(f"/{record.token}")]


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C must not leave the webhook there."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
