"""Components: the wire models' schemas by pydantic, and the values that only the code's tables contain."""

import json
from typing import Any, Literal, is_typeddict

from cleave.dialects import answers_operations, answers_reading, answers_webhooks
from cleave.dialects.cloudevents import shapes
from cleave.dialects.hepsiglobal import answers as hepsiglobal
from cleave.dialects.hepsiglobal import messages
from cleave.dialects.reasons import BY_HEPSIGLOBAL, BY_REASON, BY_TRENDYOL_ID
from cleave.dialects.trendyol import answers as trendyol
from cleave.dialects.trendyol.providers import PROVIDERS
from cleave.dialects.trendyol.webhooks import STATUSES
from cleave.domain.reasons import Reason
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from cleave_cli.openapi import gateway_answer
from cleave_cli.openapi.operation import Schema

_TEMPLATE = "#/components/schemas/{model}"
_SELLERS_AUTHENTICATION = ["BASIC_AUTHENTICATION", "API_KEY", "NONE"]
# Values that a model leaves to a table of the code, so that a refusal can list them.
_CHOICES: dict[tuple[str, str], list[Any]] = {
    ("CancelRequest", "reasonId"): list(BY_TRENDYOL_ID),
    ("CancelItem", "reason"): list(BY_HEPSIGLOBAL),
    ("CancelItemRequest", "reason"): [BY_REASON[Reason.CUSTOMER_DEMAND].hepsiglobal],
    ("TrackingRequest", "providerCode"): list(PROVIDERS),
    **{(f"SellerWebhook{more}", "authenticationType"): _SELLERS_AUTHENTICATION for more in ("", "WithChanges")},
    **{(f"SellerWebhook{more}", "payloadFormat"): ["trendyol", "cloudevents"] for more in ("", "WithChanges")},
    **{(f"ChannelWebhook{more}", "payload_format"): ["hepsiglobal", "cloudevents"] for more in ("", "WithChanges")},
    ("FoundCancellation", "reason"): list(BY_HEPSIGLOBAL),
    ("CancellationAccepted", "reason"): list(BY_HEPSIGLOBAL),
}


_FACTS = frozenset(each for each in vars(shapes).values() if is_typeddict(each))
# What came in with a package or a line is shown with it, API Gateway adds members of its own, and events get more in
# time.
_OPEN = frozenset(
    {
        trendyol.ShownPackage,
        trendyol.TruncatedPackage,
        trendyol.ShownLine,
        trendyol.ShownUnit,
        trendyol.TruncatedLine,
        gateway_answer.GatewayAnswer,
        *_FACTS,
    }
)
_OF_SUBSCRIBERS = (messages, shapes)
_ANSWERS = (
    trendyol,
    hepsiglobal,
    answers_operations,
    answers_reading,
    answers_webhooks,
    gateway_answer,
    *_OF_SUBSCRIBERS,
)


class _Schemas(GenerateJsonSchema):
    """Money is a number: the strict models refuse the text that pydantic would also allow."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        """Limits of digits have no word in JSON Schema, those of value have."""
        number: JsonSchemaValue = {"type": "number"}
        return number | ({"minimum": float(schema["ge"])} if "ge" in schema else {})

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        """An answer lists all its fields, except the few that show imported ones."""
        made = super().typed_dict_schema(schema)
        return made if schema.get("cls") in _OPEN else made | {"additionalProperties": False}


def components(models: set[type]) -> dict[str, Schema]:
    """The schemas of all models and of their parts, by name."""
    ordered = sorted(models, key=lambda model: model.__name__)
    mode: Literal["validation"] = "validation"
    adapters = [(model, mode, TypeAdapter[Any](model)) for model in ordered]
    _, made = TypeAdapter.json_schemas(adapters, ref_template=_TEMPLATE, schema_generator=_Schemas)
    schemas: dict[str, Schema] = _named(made["$defs"])
    for (model, field), values in _CHOICES.items():
        schemas[model]["properties"][field]["enum"] = values
    statuses = schemas["WebhookRequest"]["properties"]["subscribedStatuses"]["anyOf"][0]
    statuses["items"]["enum"] = sorted(STATUSES)
    return dict(sorted(schemas.items()))


def answer_models() -> set[type]:
    """All that the renderers of both dialects write, and API Gateway."""
    return {each for module in _ANSWERS for each in vars(module).values() if is_typeddict(each)}


def used(schemas: dict[str, Schema], *places: object) -> dict[str, Schema]:
    """Those that one of the places refers to, and those that these refer to."""
    found: dict[str, Schema] = {}
    waiting = [json.dumps(place) for place in places]
    while waiting:
        text = waiting.pop()
        for name in schemas.keys() - found.keys():
            if f'"{_TEMPLATE.format(model=name)}"' in text:
                found[name] = schemas[name]
                waiting.append(json.dumps(schemas[name]))
    return dict(sorted(found.items()))


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
