"""For all tests."""

from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Failures of tests that send half characters are told too: between processes they could not be."""
    report = yield
    report.sections = [(name, _whole(text)) for name, text in report.sections]
    if report.failed:
        report.longrepr = _whole(str(report.longrepr))
    return report


def _whole(text: str) -> str:
    return text.encode(errors="replace").decode()
