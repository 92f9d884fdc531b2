"""docs/openapi.json and docs/api.md say what the code and the template do; their examples fit their schemas."""

from collections.abc import Iterator
from typing import Any

import pytest
from aws_lambda_powertools.event_handler.openapi.models import OpenAPI
from cleave.domain.refusals import RefusalCode
from cleave_cli.openapi import document, page, refusals
from cleave_cli.openapi.routes import Route, routes
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.support.documented import Document, documented, errors, operation_of, resolve
from tests.support.template import routes as template_routes

ROUTES = list(routes())


def test_both_documents_are_what_the_code_would_write() -> None:
    assert document.DOCUMENT.read_text() == document.render(), "run: cleave openapi"
    assert page.PAGE.read_text() == page.render(), "run: cleave openapi"


def test_it_is_valid_openapi_and_powertools_reads_it() -> None:
    assert list(OpenAPIV31SpecValidator(documented()).iter_errors()) == []
    assert OpenAPI.model_validate(documented()).openapi == "3.1.0"


def test_it_has_every_path_of_the_template_and_no_other() -> None:
    paths = documented()["paths"]
    assert {(method.upper(), path) for path in paths for method in paths[path]} == template_routes()
    assert {(route.function, route.dialect) for route in ROUTES} == set(document.OPERATIONS)


def test_a_function_that_is_not_in_the_catalogue_fails_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(document.OPERATIONS, (ROUTES[0].function, ROUTES[0].dialect))
    with pytest.raises(KeyError):
        document.document()


def test_every_operation_has_a_name_of_its_own() -> None:
    assert len({route.operation_id for route in ROUTES}) == len(ROUTES)


def test_only_the_token_is_had_without_credentials() -> None:
    open_paths = [route.path for route in ROUTES if not operation_of(route)["security"]]
    assert open_paths == ["/v1/auth/token"]


def test_every_refusal_of_the_catalogue_is_answered_somewhere() -> None:
    answered = {
        code
        for route in ROUTES
        for code in refusals.codes_of(document.OPERATIONS[route.function, route.dialect], route)
    }
    assert answered == set(RefusalCode)


def bodies() -> Iterator[tuple[str, Document]]:
    for route in ROUTES:
        operation = operation_of(route)
        if "requestBody" in operation:
            yield from _bodies(f"{route.operation_id} takes", operation["requestBody"]["content"])
        for status, response in operation["responses"].items():
            yield from _bodies(f"{route.operation_id} {status}", resolve(response).get("content", {}))


def _bodies(name: str, content: Document) -> Iterator[tuple[str, Document]]:
    yield from ((f"{name} {media_type}", body) for media_type, body in content.items())


def test_every_example_fits_its_schema() -> None:
    wrong = {
        f"{name} {key}": found
        for name, body in bodies()
        for key, example in body.get("examples", {}).items()
        if (found := errors(body["schema"], resolve(example)["value"]))
    }
    assert wrong == {}


def test_every_body_of_ours_has_an_example() -> None:
    without = [name for name, body in bodies() if not body.get("examples")]
    assert all(body["schema"]["$ref"].endswith("/GatewayAnswer") for name, body in bodies() if name in without)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
def test_an_example_of_a_path_parameter_fits_its_schema(route: Route) -> None:
    parameters: list[dict[str, Any]] = operation_of(route).get("parameters", [])
    named = [each for each in parameters if each["in"] == "path"]
    assert [f"{{{each['name']}}}" for each in named if f"{{{each['name']}}}" not in route.path] == []
    assert len(named) == route.path.count("{")
    assert [errors(each["schema"], each["example"]) for each in named] == [[]] * len(named)
