"""The parts of an endpoint that the template does not contain: its request, its answers and its refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cleave.domain.dialect import Dialect
from cleave.domain.refusals import RefusalCode

type Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ref:
    """The schema of a wire model, or of an answer's TypedDict."""

    model: type

    @property
    def schema(self) -> Schema:
        """A reference to where the document keeps it."""
        return {"$ref": f"#/components/schemas/{self.model.__name__}"}


@dataclass(frozen=True, slots=True)
class Body:
    """``examples`` by name; the first is the one that real handlers are called with, or answer."""

    schema: Schema
    examples: Mapping[str, Any]
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Parameter:
    """Of the query or a header; those of the path are in ``parameters.PATH``."""

    name: str
    place: str
    description: str
    schema: Schema


@dataclass(frozen=True, slots=True)
class Operation:
    """``answer`` None: an empty body. ``refusals`` are those beyond what every endpoint of the dialect has.

    ``headers`` are those of the answer, with their meaning.
    """

    function: str
    dialect: Dialect
    summary: str
    takes: Body | None = None
    answer: Body | None = None
    status: int = 200
    parameters: tuple[Parameter, ...] = ()
    refusals: tuple[RefusalCode, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def taking(model: type, example: object, **more: object) -> Body:
    """A body that is one model."""
    return Body(Ref(model).schema, {"example": example, **more})


def answering(model: type, example: object, damaged: type | None = None, **more: object) -> Body:
    """The same for an answer; ``damaged`` is its shape if the stored item is damaged."""
    return Body(_either(model, damaged), {"example": example, **more})


def answering_list(model: type, example: list[Any], damaged: type) -> Body:
    """A bare array."""
    return Body({"type": "array", "items": _either(model, damaged)}, {"example": example})


def _either(model: type, damaged: type | None) -> Schema:
    return Ref(model).schema if damaged is None else {"anyOf": [Ref(model).schema, Ref(damaged).schema]}
