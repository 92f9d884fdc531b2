"""The proxy of a machine that reaches nothing else: CONNECT, as package installers use it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Tunnel(BaseHTTPRequestHandler):
    def do_CONNECT(self) -> None:
        host, _, port = self.path.rpartition(":")
        try:
            other = socket.create_connection((host, int(port)), timeout=30)
        except OSError:
            self.send_error(502)
            return
        with other:
            self.send_response(200)
            self.end_headers()
            there = threading.Thread(target=_copy, args=(self.connection, other), daemon=True)
            there.start()
            _copy(other, self.connection)
            there.join()

    def log_message(self, *_: object) -> None:
        """Nothing: what is fetched is in the command's own log."""


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def running_proxy() -> Iterator[str]:
    """Its address, for as long as the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Tunnel)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
