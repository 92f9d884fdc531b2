"""The way from a container to the engine, which listens on a loopback address that containers cannot reach."""

import contextlib
import fcntl
import socket
import struct
import threading
from collections.abc import Iterator

from cleave_cli.errors import CleaveError

BRIDGE = "docker0"
_SIOCGIFADDR = 0x8915
_CHUNK = 65536


def bridge_address() -> str:
    """The address of this machine on Docker's own network. Raises CleaveError if there is no such network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = fcntl.ioctl(asking.fileno(), _SIOCGIFADDR, struct.pack("256s", BRIDGE.encode()))
        except OSError:
            raise CleaveError(f"There is no network {BRIDGE}: Docker does not run on this machine.") from None
    return socket.inet_ntoa(answer[20:24])


@contextlib.contextmanager
def serving(endpoint: str, *, on_bridge: bool) -> Iterator[None]:
    """Forward connections from Docker's network to the engine for as long as the block runs, if this is asked for."""
    if not on_bridge:
        yield
        return
    port = int(endpoint.rpartition(":")[2])
    with socket.create_server((bridge_address(), port)) as listener:
        threading.Thread(target=_accept, args=(listener, port), daemon=True).start()
        try:
            yield
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # which ends the thread's wait: to close alone leaves it listening


def for_containers(text: str, endpoint: str) -> str:
    """The text with the engine's address as containers reach it. Raises CleaveError if they cannot."""
    port = endpoint.rpartition(":")[2]
    address = bridge_address()
    try:
        socket.create_connection((address, int(port)), timeout=2).close()
    except OSError:
        raise CleaveError("Containers cannot reach this stack. Start it with: cleave up --containers") from None
    return text.replace(endpoint, f"http://{address}:{port}")


def _accept(listener: socket.socket, port: int) -> None:
    with contextlib.suppress(OSError):  # the listener is closed
        while True:
            caller, _ = listener.accept()
            threading.Thread(target=_serve, args=(caller, port), daemon=True).start()


def _serve(caller: socket.socket, port: int) -> None:
    with caller, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as engine:
        threading.Thread(target=_copy, args=(engine, caller), daemon=True).start()
        _copy(caller, engine)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
