"""The collection of requests is what the document would make, and has all of it and no more."""

import json
import re
from pathlib import Path

from cleave_cli.credentials import make_credentials, write_local_json
from cleave_cli.main import app
from cleave_cli.openapi import collection
from typer.testing import CliRunner

from tests.support.collected import collected, filled
from tests.support.documented import documented

MADE = json.loads(collection.COLLECTION.read_text())
REQUESTS = list(collected(MADE))
VARIABLES = {each["key"]: each["value"] for each in MADE["variable"]}


def test_it_is_what_the_document_would_make() -> None:
    assert collection.COLLECTION.read_text() == collection.render(), "run: cleave openapi"


def test_it_has_the_form_that_programs_know() -> None:
    assert MADE["info"]["schema"] == "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    for each in REQUESTS:
        url = each.item["request"]["url"]
        assert "/".join([*url["host"], *url["path"]]) == url["raw"]


def test_each_request_is_one_of_the_document_and_each_operation_has_one() -> None:
    found = {(re.sub(r"\{\{\w+\}\}", "{}", each.path), each.method): each for each in REQUESTS}
    operations = {
        (re.sub(r"\{\w+\}", "{}", path), method.upper()): operation
        for path, methods in documented()["paths"].items()
        for method, operation in methods.items()
    }
    assert len(found) == len(REQUESTS)
    assert found.keys() == operations.keys()
    for place, each in found.items():
        assert (each.name, [each.folder]) == (operations[place]["operationId"], operations[place]["tags"])
        assert ("body" in each.item["request"]) == ("requestBody" in operations[place])


def test_every_variable_is_set_somewhere_and_each_is_used() -> None:
    text = json.dumps(MADE["item"])
    used = set(re.findall(r"\{\{(\w+)\}\}", text))
    assert used | {"operatorKey", "operatorSecret"} == set(VARIABLES)
    assert set(re.findall(r'collectionVariables\.set\(\\"(\w+)', text)) <= used


def test_bodies_are_the_documents_examples() -> None:
    values = {**VARIABLES, "clientId": "your client id", "clientSecret": "your client secret"}
    for each in REQUESTS:
        if "body" in each.item["request"]:
            said = json.loads(filled(each.item["request"]["body"]["raw"], values))
            operation = next(
                operation
                for methods in documented()["paths"].values()
                for operation in methods.values()
                if operation["operationId"] == each.name
            )
            (content,) = operation["requestBody"]["content"].values()
            assert said == content["examples"]["example"]["value"], each.name


def test_what_deletes_comes_last_in_its_folder() -> None:
    for folder in MADE["item"]:
        methods = [each["request"]["method"] for each in folder["item"]]
        assert methods == sorted(methods, key=lambda method: method == "DELETE")


def test_a_running_stack_says_its_settings_in_the_same_form(tmp_path: Path) -> None:
    credentials = make_credentials()
    write_local_json(tmp_path / "local.json", "http://127.0.0.1:8080", credentials)
    said = CliRunner().invoke(app, ["env", "--postman", "--state", str(tmp_path)])
    values = {each["key"]: each["value"] for each in json.loads(said.stdout)["values"]}
    assert values["apiSecret"] == credentials.sellers[0].api_secret
    assert set(values) <= set(VARIABLES)
    plain = CliRunner().invoke(app, ["env", "--json", "--state", str(tmp_path)])
    assert json.loads(plain.stdout)["CLEAVE_API_SECRET"] == credentials.sellers[0].api_secret
