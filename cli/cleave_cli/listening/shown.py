"""A listener's output for each message and its result."""

import json
import threading
from typing import Any

from cleave import clock
from rich.markup import escape

from cleave_cli.console import console
from cleave_cli.forwarding import Forwarded, Message
from cleave_cli.told.naming import name_of, order_of


class Shown:
    """Prints one message at a time, also where threads bring several."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._lock = threading.Lock()

    def __call__(self, message: Message, answer: Forwarded | None) -> None:
        """``answer`` None: it was not sent on."""
        with self._lock:
            if self._as_json:
                console.print(json.dumps(_as_data(message, answer)), markup=False, soft_wrap=True)
            else:
                self._for_people(message, answer)

    def _for_people(self, message: Message, answer: Forwarded | None) -> None:
        now, name = clock.now().astimezone().strftime("%H:%M:%S"), message.header("webhook-id")
        number, order = message.header("webhook-sequence"), order_of(message.body)
        about = f"  order {order}" if order else ""
        place = f"  #{number}" if number else ""
        head = f"[dim]{now}[/]  --> [bold]{escape(name_of(message.path, message.body))}[/]"
        console.print(f"{head}{escape(f'{about}{place}  {name}')}", soft_wrap=True)
        if answer is not None:
            console.print(f"[dim]{now}[/]  <-- {_said(answer, name)}", soft_wrap=True)


def _said(answer: Forwarded, name: str) -> str:
    color = "green" if answer.is_taken else "red"
    word = escape(str(answer.status or answer.error))
    return f"[{color}]{word}[/]{escape(f'  {answer.method} {answer.url}  {answer.latency_ms} ms  {name}')}"


def _as_data(message: Message, answer: Forwarded | None) -> dict[str, Any]:
    said = None
    if answer is not None:
        said = {"url": answer.url, "status": answer.status, "error": answer.error, "latencyMs": answer.latency_ms}
    return {
        "event": name_of(message.path, message.body),
        "orderNumber": order_of(message.body),
        "webhookId": message.header("webhook-id"),
        "sequence": int(message.header("webhook-sequence") or 0) or None,
        "method": message.method,
        "path": message.path,
        "headers": dict(message.headers),
        "body": message.body.decode(errors="replace"),
        "forwarded": said,
    }
