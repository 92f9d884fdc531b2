"""A database that answers at once: what is left of a measurement is the function's own."""

import base64
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_OPERATION = "X-Amz-Target"


def as_sent(answer: Mapping[str, Any]) -> bytes:
    """DynamoDB's JSON, in which bytes are base64."""
    return json.dumps(answer, default=lambda data: base64.b64encode(data).decode()).encode()


@contextmanager
def stub_database(answers: Mapping[str, Mapping[str, Any]], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The endpoint of a DynamoDB that gives each operation its one answer, an empty one unless told."""
    bodies = {name: as_sent(answer) for name, answer in answers.items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(bodies.get(self.headers[_OPERATION].rpartition(".")[2], b"{}"))

        def do_GET(self) -> None:
            self._answer(b"healthy")

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
