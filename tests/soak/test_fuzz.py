"""Other examples than those of every run, and many more. A failing one is printed with how to run it again."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integration.conftest import channel, de_seller, token_secret
from tests.integration.test_fuzz import SEVERAL, service
from tests.support import fuzzed
from tests.support.fuzzed import Service

__all__ = ["channel", "de_seller", "service", "token_secret"]

pytestmark = pytest.mark.timeout(3600)
MANY = settings(SEVERAL, derandomize=False, max_examples=10_000)


@settings(MANY)
@given(data=st.data())
def test_requests(service: Service, data: st.DataObject) -> None:
    service.check_request(data)


@settings(MANY)
@given(data=st.data())
def test_tokens_and_credentials(service: Service, data: st.DataObject) -> None:
    service.check_token(data)
    service.check_credentials(data)


@settings(MANY, max_examples=2_000)
@given(data=st.data())
def test_records_and_messages(service: Service, data: st.DataObject) -> None:
    service.check_image(data)
    service.check_queue(data)


@settings(MANY)
@given(data=st.data())
def test_answers(data: st.DataObject) -> None:
    fuzzed.check_answers(data)
    fuzzed.check_pause(data)


@settings(MANY)
@given(data=st.data())
def test_rows(tmp_path: Path, data: st.DataObject) -> None:
    fuzzed.check_rows(data, tmp_path)
