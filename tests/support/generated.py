"""A consumer that is generated from a published JSON Schema, as a reader in another language would have it made."""

from typing import Any, Literal, Union

from pydantic import BaseModel, ConfigDict, create_model

type Schema = dict[str, Any]

_PLAIN: dict[str, Any] = {"string": str, "integer": int, "boolean": bool, "null": type(None), "number": float}


class Consumer(BaseModel):
    """Strict about what it knows, and deaf to what was added since."""

    model_config = ConfigDict(strict=True, extra="ignore")


def consumer_of(schema: Schema) -> type[Consumer]:
    """A class that reads documents of the schema."""
    return _model(schema, schema.get("$defs", {}), "Generated")


def _model(schema: Schema, definitions: Schema, name: str) -> type[Consumer]:
    required = set(schema.get("required", ()))
    fields: Any = {
        key: (_type(each, definitions, key), ... if key in required else None)
        for key, each in schema["properties"].items()
    }
    return create_model(name, __base__=Consumer, **fields)


def _type(schema: Schema, definitions: Schema, name: str) -> Any:  # noqa: ANN401 - any type
    match schema:
        case {"$ref": str(place)}:
            return _model(definitions[place.rpartition("/")[2]], definitions, name)
        case {"const": value} | {"enum": value}:
            return Literal[tuple(value) if isinstance(value, list) else value]
        case {"anyOf": several}:
            return Union[tuple(_type(each, definitions, name) for each in several)]  # noqa: UP007 - of a tuple
        case {"type": "array", "items": items}:
            return list[_type(items, definitions, name)]  # type: ignore[misc] # made while it runs
        case {"type": "object"}:
            return dict[str, Any]
        case {"type": str(kind)}:
            return _PLAIN[kind]
    raise AssertionError(schema)
