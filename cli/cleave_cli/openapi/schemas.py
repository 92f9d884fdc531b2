"""Components: the wire models' schemas as pydantic writes them, and what only the code's tables know."""

from typing import Any

from cleave.dialects.reasons import BY_HEPSIGLOBAL, BY_REASON, BY_TRENDYOL_ID
from cleave.dialects.trendyol.providers import PROVIDERS
from cleave.dialects.trendyol.webhooks import STATUSES
from cleave.domain.reasons import Reason
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from cleave_cli.openapi import answers, answers_reading, answers_webhooks
from cleave_cli.openapi.operation import Schema

_TEMPLATE = "#/components/schemas/{model}"
# Values that a model leaves to a table of the code, so that a refusal can list them.
_CHOICES: dict[tuple[str, str], list[Any]] = {
    ("CancelRequest", "reasonId"): list(BY_TRENDYOL_ID),
    ("CancelItem", "reason"): list(BY_HEPSIGLOBAL),
    ("CancelItemRequest", "reason"): [BY_REASON[Reason.CUSTOMER_DEMAND].hepsiglobal],
    ("TrackingRequest", "providerCode"): list(PROVIDERS),
}


class _Schemas(GenerateJsonSchema):
    """Money is a number: the strict models refuse the text that pydantic would also allow."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """Limits of digits have no word in JSON Schema, those of value have."""
        number: JsonSchemaValue = {"type": "number"}
        return number | ({"minimum": float(schema["ge"])} if "ge" in schema else {})


def components(models: set[type[BaseModel]]) -> dict[str, Schema]:
    """The schemas of all models and of what they are made of, by name."""
    ordered = sorted(models, key=lambda model: model.__name__)
    _, made = models_json_schema(
        [(model, "validation") for model in ordered], ref_template=_TEMPLATE, schema_generator=_Schemas
    )
    schemas: dict[str, Schema] = _named(made["$defs"])
    for (model, field), values in _CHOICES.items():
        schemas[model]["properties"][field]["enum"] = values
    statuses = schemas["WebhookRequest"]["properties"]["subscribedStatuses"]["anyOf"][0]
    statuses["items"]["enum"] = sorted(STATUSES)
    return dict(sorted(schemas.items()))


def answer_models() -> set[type[BaseModel]]:
    """All that are shown."""
    named = {**vars(answers), **vars(answers_webhooks), **vars(answers_reading)}.values()
    found = {each for each in named if isinstance(each, type) and issubclass(each, BaseModel)}
    return found - {BaseModel, answers.AnswerModel}


def _named(schemas: dict[str, Any]) -> dict[str, Any]:
    """Two dialects have types of the same name; pydantic tells them apart by their modules."""
    names = {long: _name(long) for long in schemas}
    if len(set(names.values())) < len(names):
        raise ValueError(f"names that are not unique: {sorted(names)}")
    return {names[long]: _renamed(schema, names) for long, schema in schemas.items()}


def _name(long: str) -> str:
    parts = long.split("__")
    if len(parts) == 1:
        return long
    return ("HepsiGlobal" if "hepsiglobal" in parts else "Trendyol") + parts[-1]


def _renamed(value: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 - any part of a schema
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    if isinstance(ref := value.get("$ref"), str):
        return {**value, "$ref": _TEMPLATE.format(model=names[ref.rpartition("/")[2]])}
    # A name of its own for every field is noise: the field's is there already.
    return {key: _renamed(each, names) for key, each in value.items() if key != "title" or not isinstance(each, str)}
