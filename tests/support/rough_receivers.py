"""Receivers that misbehave on the wire, below what an HTTP server would let them do."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

type Behaviour = Callable[[socket.socket], None]


@contextmanager
def rough_receiver(behave: Behaviour) -> Iterator[str]:
    """Serve each connection by ``behave``, once its request is read; the URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                _read_request(connection)
                behave(connection)
            except OSError:
                pass  # the caller gave up, as it should

    def accept() -> None:
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
    finally:
        ended.set()
        listener.close()


@contextmanager
def silent_at_once() -> Iterator[int]:
    """Takes connections, on the port that is given, and neither reads nor writes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        yield port


def _read_request(connection: socket.socket) -> None:
    """Head and body, which may come apart."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)


def silent(connection: socket.socket) -> None:
    """Never answers."""
    connection.recv(1)


def dripping(connection: socket.socket) -> None:
    """Sends its headers a byte at a time, for ever."""
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Padding: " + b"a" * 10_000:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def dripping_body(connection: socket.socket) -> None:
    """Answers 200 at once and its body a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    for _ in range(10_000):
        connection.sendall(b"a")
        time.sleep(0.05)


def endless(connection: socket.socket) -> None:
    """Answers 200 with a body that does not end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"1000\r\n" + b"a" * 0x1000 + b"\r\n")


def dropping(connection: socket.socket) -> None:
    """Closes the connection in the middle of its answer."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")


def closing(connection: socket.socket) -> None:
    """Closes the connection without an answer."""
    connection.close()


def not_http(connection: socket.socket) -> None:
    """Answers in another protocol."""
    connection.sendall(b"220 mail.example.com ESMTP\r\n")
