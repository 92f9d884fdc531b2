"""A real HTTP receiver of webhooks on 127.0.0.1. It keeps its requests and answers as its user sets it."""

import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    """One request, as it arrived. `arrived_at` is monotonic: for comparing, not for dates."""

    method: str
    path: str
    headers: Message
    body: bytes
    arrived_at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Answer:
    """The receiver's answer, after a delay if it is a slow one."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay_seconds: float = 0.0


class Receiver:
    """Requests in order of arrival, if it ``keeps`` them. Set `respond` to have it answer something else than 200."""

    def __init__(self, url: str, *, keeps: bool = True) -> None:
        self.url = url
        self._keeps = keeps
        self.respond: Callable[[Received], Answer] = lambda _: Answer()
        self._requests: list[Received] = []
        self._changed = threading.Condition()

    @property
    def requests(self) -> list[Received]:
        """All that has come so far."""
        with self._changed:
            return list(self._requests)

    def record(self, request: Received) -> Answer:
        """Keep a request and decide the answer to it."""
        if self._keeps:
            with self._changed:
                self._requests.append(request)
                self._changed.notify_all()
        return self.respond(request)

    def wait_for(
        self, count: int, *, timeout: float = 20.0, where: Callable[[Received], bool] = lambda _: True
    ) -> list[Received]:
        """Wait until `count` requests fulfil `where`, or the time is up; return those that do."""

        def matching() -> list[Received]:
            return [request for request in self._requests if where(request)]

        with self._changed:
            self._changed.wait_for(lambda: len(matching()) >= count, timeout)
            return matching()


@contextmanager
def running_receiver(tls: ssl.SSLContext | None = None, *, keeps: bool = True) -> Iterator[Receiver]:
    """Serve on a free port of 127.0.0.1 for as long as the block runs, over HTTPS with a server's ``tls``."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver = Receiver(f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}", keeps=keeps)
    server.receiver = receiver  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A sender may close the connection before the answer; this needs no message."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # typeshed has its sockets


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        answer = receiver.record(Received(self.command, self.path, self.headers, body))
        time.sleep(answer.delay_seconds)
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_PUT = do_GET = do_DELETE = _handle  # noqa: N815  (the names that http.server looks for)

    def log_message(self, *_: object) -> None:
        """Say nothing; the requests are kept."""
