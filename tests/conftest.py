"""For all tests."""

import functools
import os
from collections.abc import Generator, Iterator

import pytest
from botocore.loaders import JSONFileLoader
from cleave_cli.quiet import quiet
from hypothesis import HealthCheck, settings

# `make test` lends its own flags to every make that a test starts: that one would speak as a part of it.
# pytest-xdist says a width to its workers, which is no wish of who reads what a command prints.
for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "COLUMNS"):
    os.environ.pop(name, None)

# Each session of boto3 reads its descriptions of services anew, and a test makes several: that was half of its time.
read_once = functools.cache(JSONFileLoader().load_file)
setattr(JSONFileLoader, "load_file", lambda _self, path: read_once(path))  # noqa: B010 - mypy lets no method be assigned

# On a busy machine everything takes long; that says nothing of the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Failures of tests that send half characters are told too: between processes they could not be."""
    report = yield
    report.sections = [(name, _whole(text)) for name, text in report.sections]
    if report.failed:
        report.longrepr = _whole(str(report.longrepr))
    return report


@pytest.fixture(autouse=True)
def quiet_where_it_is_long(request: pytest.FixtureRequest) -> Iterator[None]:
    """`make soak` prints what was measured, and not what functions log of thousands of requests."""
    if request.node.get_closest_marker("soak") is None:
        yield
    else:
        with quiet():
            yield


def _whole(text: str) -> str:
    return text.encode(errors="replace").decode()
