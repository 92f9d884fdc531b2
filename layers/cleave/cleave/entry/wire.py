"""The base of every wire model: one reader for both dialects, and the refusal of a body that does not match."""

import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from cleave.domain.refusals import Refusal, RefusalCode, Refusals
from cleave.entry.faults import words_for

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# Bytes of a line's JSON, without its units. A closed package shows a line once for each cancellation, and
# compression finds repetitions only within 32 KB.
LINE_LIMIT = 16 * 1024
# A body of small values has a fault every three bytes, and an answer that names all is larger than Lambda hands on.
_MOST_FAULTS = 100


class WireModel(BaseModel):
    """Each field is one of the kinds of ``values``. Errors never repeat the sent value.

    A field counts as missing if it is null, blank, or an empty list in place of an object. ``OLD_NAMES`` maps a field's
    former name to its name; it is read if the new one is missing. ``SHOWN_BLANK`` are fields that are shown as an empty
    text if they came as one.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    OLD_NAMES: ClassVar[Mapping[str, str]] = {}
    SHOWN_BLANK: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _as_meant(cls, document: Any) -> Any:  # noqa: ANN401 - unvalidated JSON
        if not isinstance(document, dict):
            return document
        said = {name: value for name, value in document.items() if name not in cls.OLD_NAMES}
        for old, new in cls.OLD_NAMES.items():
            if old in document and not _is_set(cls, new, said.get(new)):
                said[new] = document[old]
        return {
            name: value for name, value in said.items() if name not in cls.model_fields or _is_set(cls, name, value)
        }


def _is_set(model: type[WireModel], name: str, value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) or name in model.SHOWN_BLANK
    return value is not None and (value != [] or name not in _objects(model))


@functools.cache
def _objects(model: type[WireModel]) -> frozenset[str]:
    return frozenset(name for name, field in model.model_fields.items() if _is_object(field.annotation))


def _is_object(annotation: object) -> bool:
    return any(_is_model(each) for each in (annotation, *get_args(annotation))) and get_origin(annotation) is not list


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, WireModel)


@functools.cache
def _old_names(model: type[WireModel]) -> Mapping[str, str]:
    """The former names of the fields of the model and of the models in it."""
    found = {new: old for old, new in model.OLD_NAMES.items()}
    for field in model.model_fields.values():
        for each in filter(_is_model, _types(field.annotation)):
            found |= _old_names(each)
    return found


def _types(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - any form of a type
    yield annotation
    for inner in get_args(annotation):
        yield from _types(inner)


def parse[T: WireModel](model: type[T], document: Any) -> T:  # noqa: ANN401 - whatever JSON holds
    """Validate a JSON document. Raises Refusals with one refusal for each field at fault, of many for the first."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    faults: dict[str, str] = {}
    for detail in found[:_MOST_FAULTS]:
        faults.setdefault(as_written(model, document, detail["loc"]), _words(detail))
    refusals = [Refusal(RefusalCode.BODY_INVALID, words, field=place or None) for place, words in faults.items()]
    if len(found) > _MOST_FAULTS:
        refusals.append(Refusal(RefusalCode.BODY_INVALID, f"{len(found) - _MOST_FAULTS} more faults are not named"))
    raise Refusals(tuple(refusals))


def _words(detail: "ErrorDetails") -> str:
    return words_for(detail["type"], detail.get("ctx", {}), detail["msg"])


def as_written(model: type[WireModel], document: Any, place: Iterable[str | int]) -> str:  # noqa: ANN401 - JSON
    """The dotted path of a place, in the names that the document uses."""
    old_names, written = _old_names(model), []
    for part in place:
        name = str(part)
        if isinstance(document, list):
            if not name.isdecimal() or int(name) >= len(document):
                break  # a list where an object should be
            document = document[int(name)]
        elif isinstance(document, dict):
            old = old_names.get(name, name)
            name = old if old in document and document.get(name) in (None, "") else name
            document = document.get(name)
        else:
            break  # the rest are the library's names of types
        written.append(name)
    return ".".join(written)


def to_json(document: object) -> str:
    """Compact JSON; a Decimal becomes the number that prints the same, exact up to 15 digits.

    The two characters that JSON allows and no message of SQS may hold are escaped.
    """
    text = json.dumps(document, default=float, separators=(",", ":"), ensure_ascii=False)
    return text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")


def json_size(document: object) -> int:
    """The size in bytes of the document as ``to_json`` writes it."""
    return len(to_json(document).encode())
