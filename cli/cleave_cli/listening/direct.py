"""Messages that come to this machine: of a stack that runs on it."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from cleave_cli.errors import CleaveError
from cleave_cli.forwarding import Forwarded, Message
from cleave_cli.receiver import Answer, Received, running_receiver

type Take = Callable[[Message], Forwarded | None]

_LOOK_SECONDS = 2.0
_REFUSED = 502
# With which a receiver says when it wants to be asked again.
_PASSED_BACK = frozenset({"retry-after", "content-type"})


@contextmanager
def receiving(take: Take, token: str, *, accept_all: bool) -> Iterator[str]:
    """The URL of a receiver that forwards requests below the token, and returns the forwarded answer, or 200."""
    with running_receiver(keeps=False) as receiver:

        def respond(received: Received) -> Answer:
            if not received.path.startswith(f"/{token}"):
                return Answer(404)
            path = received.path.removeprefix(f"/{token}")
            answer = take(Message(received.method, path, tuple(received.headers.items()), received.body))
            return Answer(200) if accept_all or answer is None else _passed_back(answer)

        receiver.respond = respond
        yield receiver.url


def _passed_back(answer: Forwarded) -> Answer:
    """Cleave gets the receiver's answer; if nothing listens there, it gets a gateway's error."""
    if answer.status is None:
        return Answer(_REFUSED, body=(answer.error or "").encode())
    headers = {name: value for name, value in answer.headers if name.lower() in _PASSED_BACK}
    return Answer(answer.status, headers, answer.body)


def wait_for_the_stack_to_end(base_url: str) -> None:
    """Raises CleaveError when the stack no longer answers."""
    url = httpx.URL(base_url)
    while True:
        time.sleep(_LOOK_SECONDS)
        try:
            socket.create_connection((url.host, url.port or 80), timeout=5).close()
        except OSError:
            raise CleaveError(f"The stack at {base_url} has stopped.") from None
