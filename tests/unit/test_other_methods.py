"""A known path answers a method that it has not with 405 and those that it has in `Allow`: of itself, no function."""

import json
from collections import defaultdict
from typing import Any

import pytest
from cleave_cli.openapi.document import DOCUMENT
from cleave_cli.template import other_methods

from tests.support.processed import Variant, processed, standard
from tests.support.template import routes

ANY = "x-amazon-apigateway-any-method"
OF_PATHS: dict[str, set[str]] = defaultdict(set)
for method, path in routes():
    OF_PATHS[path].add(method)


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    """As API Gateway gets them, with all that a stack can have."""
    return paths_of(standard())


def paths_of(resources: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = resources["Api"]["Properties"]["Body"]["paths"]
    return {path: {method: asked_for(each) for method, each in item.items()} for path, item in found.items()}


def asked_for(operation: dict[str, Any]) -> dict[str, Any]:
    """As it is where a parameter asks for it; elsewhere it is not there."""
    _, there, _ = operation.get("Fn::If", (None, operation, None))
    found: dict[str, Any] = there
    return found


def test_every_path_says_which_methods_it_has() -> None:
    said = {path: set(answer.allow.split(", ")) for path, answer in other_methods().items()}
    assert said == dict(OF_PATHS)


def test_the_methods_that_a_path_has_go_to_their_functions(paths: dict[str, Any]) -> None:
    assert paths.keys() == OF_PATHS.keys()
    for path, item in paths.items():
        kinds = {method: each["x-amazon-apigateway-integration"]["type"] for method, each in item.items()}
        assert kinds == {ANY: "mock"} | {method.lower(): "aws_proxy" for method in OF_PATHS[path]}, path


@pytest.mark.parametrize("literal", [False, True], ids=["here", "on AWS"])
def test_no_credentials_are_looked_at_for_it_and_none_are_left_out_elsewhere(*, literal: bool) -> None:
    (made,) = processed([Variant(literal=literal)])
    for path, item in paths_of(made["Resources"]).items():
        for method, operation in item.items():
            is_open = method == ANY or path == "/v1/auth/token" or path.startswith("/console")
            assert operation["security"] == ([] if is_open else [{"Credentials": []}, {"api_key": []}]), (path, method)


def test_a_page_that_was_not_asked_for_has_no_methods_at_all() -> None:
    found = standard()["Api"]["Properties"]["Body"]["paths"]
    conditions = {path: {each["Fn::If"][0] for each in found[path].values() if "Fn::If" in each} for path in found}
    assert {path: of for path, of in conditions.items() if of} == {
        "/console": {"HasConsole"},
        "/console/{file}": {"HasConsole"},
    }
    assert all("Fn::If" in each for path in ("/console", "/console/{file}") for each in found[path].values())


def test_api_gateway_may_send_the_header_and_takes_any_usual_body(paths: dict[str, Any]) -> None:
    for path, item in paths.items():
        integration = item[ANY]["x-amazon-apigateway-integration"]
        (answer,) = integration["responses"].values()
        assert list(item[ANY]["responses"]) == [answer["statusCode"]] == ["405"], path
        assert list(item[ANY]["responses"]["405"]["headers"]) == ["Allow"], path
        assert {json.loads(template)["statusCode"] for template in integration["requestTemplates"].values()} == {405}
        assert {"application/json", "application/x-www-form-urlencoded", "text/plain"} <= set(
            integration["requestTemplates"]
        )


def test_it_has_the_shape_of_both_dialects() -> None:
    (text,) = {answer.body for answer in other_methods().values()}
    assert json.loads(text.replace("$context.requestTimeEpoch", "1792314000000")) == {
        "timestamp": 1792314000000,
        "exception": "ClientApiBusinessException",
        "errors": [
            {
                "key": "method.not.allowed",
                "message": "the path has no such method; Allow says which it has",
                "errorCode": "",
            }
        ],
        "type": "about:blank",
        "title": "Method Not Allowed",
        "status": 405,
        "detail": "the path has no such method; Allow says which it has",
    }


def test_the_document_says_so() -> None:
    response = json.loads(DOCUMENT.read_text())["components"]["responses"]["MethodNotAllowed"]
    assert list(response["headers"]) == ["Allow"]
    assert response["content"]["application/json"]["examples"]["example"]["value"]["status"] == 405
