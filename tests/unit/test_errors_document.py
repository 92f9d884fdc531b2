"""docs/errors.md says what the code does."""

import json
import re

import pytest
from cleave.domain.refusals import RefusalCode
from cleave_cli.errors_table import DOCUMENT, MEANINGS, gateway_answers, render

from tests.support.template import resources

RESPONSES = resources("AWS::Serverless::Api")["Api"]["GatewayResponses"]


def test_the_document_is_what_the_code_would_write() -> None:
    assert DOCUMENT.read_text() == render(), "run: python -m cleave_cli.errors_table"


def test_every_refusal_has_a_key_of_its_own_and_a_meaning() -> None:
    assert len({code.key for code in RefusalCode}) == len(RefusalCode)
    assert set(MEANINGS) == set(RefusalCode)


@pytest.mark.parametrize("name", RESPONSES)
def test_what_api_gateway_answers_has_the_shape_of_both_dialects(name: str) -> None:
    text = RESPONSES[name]["ResponseTemplates"]["application/json"]
    filled = re.sub(r"\$context\.requestTimeEpoch", "1", text)
    body = json.loads(re.sub(r"\$context\.error\.messageString", '"text"', filled))
    assert {"timestamp", "exception", "errors", "type", "detail"} <= set(body)
    assert [set(error) for error in body["errors"]] == [{"key", "message", "errorCode"}]
    assert body["errors"][0]["message"] == body["detail"]
    assert body.get("status", RESPONSES[name].get("StatusCode")) == RESPONSES[name].get("StatusCode")


def test_each_status_that_api_gateway_answers_is_written_by_us() -> None:
    statuses = {status for _, status, _ in gateway_answers()}
    assert statuses == {"401", "403", "404", "413", "415", "429", "its own"}
