"""`cleave listen`."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import typer
from cleave import clock
from cleave.clock import to_ms

from cleave_cli.console import console, notes
from cleave_cli.errors import CleaveError
from cleave_cli.forwarding import Forwarded, Forwarder, Message, headers_of, is_here, url_of
from cleave_cli.listening.caller import Caller, find_caller, usual_seller
from cleave_cli.listening.direct import receiving, wait_for_the_stack_to_end
from cleave_cli.listening.polled import Poller, poll
from cleave_cli.listening.records import OpenRecord, live_records, open_record
from cleave_cli.listening.shown import Shown
from cleave_cli.listening.webhook import Wish, delete_left_over, temporary_webhook, wish_of
from cleave_cli.logs import parse_age
from cleave_cli.options import FOLDER, JsonOption, StackOption, StateOption
from cleave_cli.paths import StateDir
from cleave_cli.reporting import reporting_errors
from cleave_cli.trigger import HeaderOption, SkipVerifyOption

ForwardOption = Annotated[str | None, typer.Option("--forward-to", help="Your receiver, as localhost:3000/hooks.")]
SellerOption = Annotated[int | None, typer.Option("--seller", help="Whose messages; without it, the first seller's.")]
ChannelOption = Annotated[bool, typer.Option("--channel", help="The channel's messages, in HepsiGlobal's dialect.")]
EventOption = Annotated[list[str] | None, typer.Option("--event", help="Only this one, as CANCELLED; can be repeated.")]
CloudOption = Annotated[bool, typer.Option("--cloudevents", help="Facts as CloudEvents, not the dialect's messages.")]
AcceptOption = Annotated[
    bool, typer.Option("--accept-all", help="Tell Cleave that each was taken: nothing is tried again.")
]
WebhookOption = Annotated[str | None, typer.Option("--webhook", help="Read the deliveries of this one; make none.")]
SinceOption = Annotated[
    str | None, typer.Option("--since", help="With --webhook: also the messages of the last 10m, 2h.")
]
BaseUrlOption = Annotated[
    str | None, typer.Option("--base-url", help="Address of an API; credentials are those of the environment.")
]
PollOption = Annotated[
    bool, typer.Option("--poll", help="Read deliveries, as for a stage on AWS, also of a stack on this machine.")
]
PrintOption = Annotated[
    bool, typer.Option("--print-secret", help="Print the signing secret of the listener that runs, and exit.")
]


@dataclass(frozen=True)
class _Listener:
    caller: Caller
    state: StateDir
    forwarder: Forwarder | None
    shown: Shown

    def take(self, message: Message) -> Forwarded | None:
        answer = None if self.forwarder is None else self.forwarder.send(message)
        self.shown(message, answer)
        return answer

    @contextmanager
    def record(self) -> Iterator[OpenRecord]:
        url = None if self.forwarder is None else self.forwarder.url
        with open_record(self.state, self.caller.base_url, self.caller.seller_id, url) as opened:
            yield opened


@reporting_errors()
def listen(  # noqa: PLR0913, PLR0917 - a parameter is an option
    forward_to: ForwardOption = None,
    seller: SellerOption = None,
    channel: ChannelOption = False,  # noqa: FBT002 - a flag
    event: EventOption = None,
    cloudevents: CloudOption = False,  # noqa: FBT002 - a flag
    header: HeaderOption = None,
    skip_verify: SkipVerifyOption = False,  # noqa: FBT002 - a flag
    accept_all: AcceptOption = False,  # noqa: FBT002 - a flag
    webhook: WebhookOption = None,
    since: SinceOption = None,
    print_secret: PrintOption = False,  # noqa: FBT002 - a flag
    base_url: BaseUrlOption = None,
    stack: StackOption = None,
    poll: PollOption = False,  # noqa: FBT002 - a flag
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
    state: StateOption = FOLDER,
) -> None:
    """Show messages as they come, and send each on to your receiver, byte for byte, until Ctrl-C.

    A webhook of its own is made for it, and deleted at the end. The secret that it signs with is printed at the start.
    """
    if print_secret:
        _print_secret(StateDir(state))
        return
    seller_id = None if channel else (seller or usual_seller(stack, state, base_url))
    caller = find_caller(stack, state, seller_id, base_url)
    is_polled = poll or webhook is not None or not is_here(caller.base_url)
    wish = wish_of(caller, event or [], cloudevents=cloudevents, is_held=is_polled)
    age = None if since is None else parse_age(since)
    receiver = Forwarder(url_of(forward_to), headers_of(header or []), verify=not skip_verify) if forward_to else None
    with receiver or nullcontext():
        listener = _Listener(caller, StateDir(state), receiver, Shown(as_json=as_json))
        _clean(listener)
        try:
            _listen(listener, wish, webhook, age, accept_all=accept_all)
        except KeyboardInterrupt:
            notes.print("\nStopped." if webhook else "\nStopped; the webhook is deleted.")


def _print_secret(state: StateDir) -> None:
    found = [record.secret for record in live_records(state) if record.secret]
    if not found:
        raise CleaveError("No listener runs here.")
    console.print(found[0], markup=False)


def _clean(listener: _Listener) -> None:
    deleted = delete_left_over(listener.state, listener.caller)
    if deleted:
        notes.print(f"Deleted what a listener that crashed had left: {deleted} webhook(s).")


def _listen(listener: _Listener, wish: Wish, webhook: str | None, since: timedelta | None, *, accept_all: bool) -> None:
    if webhook is not None:
        _ready(listener, None)
        _poll(listener, webhook, None if since is None else to_ms(clock.now() - since))
        return
    with listener.record() as opened:
        if wish.is_held:
            with temporary_webhook(listener.caller, f"{listener.caller.base_url}/listening", wish, opened) as record:
                _ready(listener, record.secret)
                _poll(listener, record.webhook or "", 0)
        with (
            receiving(listener.take, opened.record.token, accept_all=accept_all) as url,
            temporary_webhook(listener.caller, url, wish, opened) as record,
        ):
            _ready(listener, record.secret)
            wait_for_the_stack_to_end(listener.caller.base_url)


def _poll(listener: _Listener, webhook: str, since_ms: int | None) -> None:
    with closing(Poller(listener.caller, webhook, since_ms)) as poller:
        poll(poller, listener.take)


def _ready(listener: _Listener, secret: str | None) -> None:
    whose = "the channel" if listener.caller.seller is None else f"seller {listener.caller.seller.seller_id}"
    notes.print(f"Listening for messages to {whose} at {listener.caller.base_url}. Ctrl-C ends it.", soft_wrap=True)
    if secret is not None:
        notes.print(f"They are signed with {secret}", markup=False, soft_wrap=True)
    if listener.forwarder is not None:
        notes.print(f"Each is sent on to {listener.forwarder.url}", markup=False, soft_wrap=True)
