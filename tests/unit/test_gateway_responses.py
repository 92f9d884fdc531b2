"""What API Gateway answers itself: one body that both dialects' clients can read."""

import json
from http import HTTPStatus
from typing import Any

import pytest
from cleave_cli.template import gateway_answers

from tests.support.template import resources

ANSWERS: dict[str, Any] = resources("AWS::Serverless::Api")["Api"]["GatewayResponses"]
BODIES = {name: body for name, _, _, body in gateway_answers()}
# Answers to several statuses have none of their own, and so no title: it would have to be the status's own phrase.
OF_ANY_STATUS = {"DEFAULT_4XX", "DEFAULT_5XX"}


def body(name: str) -> dict[str, Any]:
    """The body as API Gateway renders it."""
    text = BODIES[name].replace("$context.requestTimeEpoch", "1792314000000")
    text = text.replace("$context.error.messageString", '"what was wrong"')
    assert "$" not in text
    rendered: dict[str, Any] = json.loads(text)
    return rendered


def test_every_answer_that_no_function_gives_is_covered() -> None:
    assert set(ANSWERS) == OF_ANY_STATUS | {
        "UNAUTHORIZED",
        "ACCESS_DENIED",
        "INVALID_API_KEY",
        "MISSING_AUTHENTICATION_TOKEN",
        "INVALID_SIGNATURE",
        "RESOURCE_NOT_FOUND",
        "UNSUPPORTED_MEDIA_TYPE",
        "REQUEST_TOO_LARGE",
        "THROTTLED",
        "WAF_FILTERED",
    }


@pytest.mark.parametrize("name", ANSWERS)
def test_it_has_trendyols_shape(name: str) -> None:
    answer = body(name)
    assert answer["timestamp"] == 1792314000000
    assert answer["exception"].endswith("Exception")
    (error,) = answer["errors"]
    assert set(error) == {"key", "message", "errorCode"}


@pytest.mark.parametrize("name", ANSWERS)
def test_it_is_a_problem_of_rfc_9457(name: str) -> None:
    answer = body(name)
    assert answer["type"] == "about:blank"
    assert answer["detail"] == answer["errors"][0]["message"]
    if name in OF_ANY_STATUS:
        assert {"status", "title"}.isdisjoint(answer)
    else:
        assert answer["status"] == ANSWERS[name]["StatusCode"]
        assert answer["title"] == HTTPStatus(answer["status"]).phrase


def test_credentials_are_refused_alike_whether_the_authorizer_was_asked_or_its_answer_remembered() -> None:
    """It denies by a policy, which API Gateway calls ACCESS_DENIED; of valid credentials it denies nothing."""
    assert ANSWERS["ACCESS_DENIED"] == ANSWERS["UNAUTHORIZED"]
    assert ANSWERS["ACCESS_DENIED"]["StatusCode"] == 401


def test_no_size_is_promised_for_a_body_that_the_gateway_refuses() -> None:
    """It refuses above 10 MB, Lambda above 6 MB and a function above its own bound, each with an answer of its own."""
    assert "MB" not in json.dumps(body("REQUEST_TOO_LARGE"))


def test_a_path_that_does_not_exist_is_not_found_with_and_without_a_header() -> None:
    assert body("INVALID_SIGNATURE") == body("RESOURCE_NOT_FOUND") == body("MISSING_AUTHENTICATION_TOKEN")
    assert body("INVALID_SIGNATURE")["status"] == 404


def test_a_caller_who_is_throttled_is_told_when_to_come_back() -> None:
    assert ANSWERS["THROTTLED"]["ResponseParameters"] == {"Headers": {"Retry-After": "'2'"}}
    assert ANSWERS["WAF_FILTERED"]["ResponseParameters"] == {"Headers": {"Retry-After": "'300'"}}
    assert body("WAF_FILTERED") == body("THROTTLED")
