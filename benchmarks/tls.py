"""DynamoDB's endpoint on this machine, over TLS, for functions that believe that they are on AWS."""

import os
import shutil
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import urllib3
from cleave_cli.environment import REGION

from benchmarks import builds
from benchmarks.sandbox import Function
from benchmarks.stub import stub_database
from tests.support.certificates import Authority, authority

_HOST = f"dynamodb.{REGION}.amazonaws.com"
_ROOTS = "aws_roots.pem"
# Python runs a module of this name before any other. It is on the path of both sides.
_REDIRECT = """
import socket
_look_up = socket.getaddrinfo
def _here(host, port, *more, **named):
    if str(host).endswith(".amazonaws.com"):
        host, port = "127.0.0.1", {port}
    return _look_up(host, port, *more, **named)
socket.getaddrinfo = _here
"""


@dataclass(frozen=True, slots=True)
class Aws:
    """``redirect`` leads every name of AWS's here; the two others are the layer and the bundle of all roots, as they
    are but for one more root, ours."""

    redirect: Path
    layer: Path
    bundle: Path

    def with_few_roots(self, function: Function) -> Function:
        """As our layer has it."""
        path = [self.layer if each == builds.DEPENDENCIES else each for each in function.path]
        return replace(function, path=[*path, self.redirect])

    def with_all_roots(self, function: Function) -> Function:
        """As botocore does it by itself."""
        environment = {**function.environment, "AWS_CA_BUNDLE": str(self.bundle)}
        return replace(function, path=[*function.path, self.redirect], environment=environment)


@contextmanager
def aws_here(answers: Mapping[str, Mapping[str, Any]]) -> Iterator[Aws]:
    """For as long as the block runs."""
    with TemporaryDirectory(dir=builds.FOLDER) as name:
        folder = Path(name)
        signer = authority(folder)
        with stub_database(answers, signer.server(_HOST)) as endpoint:
            yield Aws(
                _redirect(folder / "redirect", int(endpoint.rpartition(":")[2])),
                _layer(folder / "layer", signer),
                _bundle(folder / "all.pem", signer),
            )


def _redirect(folder: Path, port: int) -> Path:
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_REDIRECT.format(port=port))
    return folder


def _layer(folder: Path, signer: Authority) -> Path:
    """The files are the same ones: only names are new."""
    shutil.copytree(builds.DEPENDENCIES, folder, copy_function=os.link, ignore=shutil.ignore_patterns(_ROOTS))
    (folder / _ROOTS).write_bytes((builds.DEPENDENCIES / _ROOTS).read_bytes() + signer.file.read_bytes())
    return folder


def _bundle(file: Path, signer: Authority) -> Path:
    file.write_bytes((builds.DEPENDENCIES / "botocore/cacert.pem").read_bytes() + signer.file.read_bytes())
    return file


def milliseconds_of_connections(repeats: int) -> Mapping[str, float]:
    """Of a processor, for a new connection with one request over it; the other side's work is not in it."""
    with TemporaryDirectory(dir=builds.FOLDER) as name, ExitStack() as stack:
        signer = authority(Path(name))
        port = int(stack.enter_context(stub_database({}, signer.server("localhost"))).rpartition(":")[2])
        every = _bundle(Path(name) / "all.pem", signer)
        few = Path(name) / "few.pem"
        few.write_bytes((builds.DEPENDENCIES / _ROOTS).read_bytes() + signer.file.read_bytes())
        shared = ssl.create_default_context(cafile=str(every))
        ways: dict[str, dict[str, Any]] = {
            "all roots, loaded for each connection": {"ca_certs": str(every)},
            "AWS's few roots, loaded for each connection": {"ca_certs": str(few)},
            "one context with all roots, shared": {"ssl_context": shared},
        }
        return {way: median(_connect(port, options) for _ in range(repeats)) for way, options in ways.items()}


def _connect(port: int, options: Mapping[str, Any]) -> float:
    started = time.thread_time()
    with urllib3.HTTPSConnectionPool("localhost", port, **options) as pool:
        pool.request("GET", "/")
    return (time.thread_time() - started) * 1000
