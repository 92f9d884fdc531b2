"""The template's paths and methods, each with the function that serves it."""

from collections.abc import Iterator
from dataclasses import dataclass

from cleave.domain.dialect import Dialect

from cleave_cli.template import resources

_PAGES = "/console"
_PLAIN = frozenset({"Get", "Put", "Post", "Delete"})


@dataclass(frozen=True, slots=True)
class Route:
    """``function`` is the logical id without its last word, ``event`` the name of its event in the template."""

    function: str
    event: str
    method: str
    path: str
    needs_credentials: bool

    @property
    def dialect(self) -> Dialect:
        """A path that names a seller is Trendyol's, as in ``cleave.dialects.webhook_calls``."""
        return Dialect.TRENDYOL if "{sellerId}" in self.path else Dialect.HEPSIGLOBAL

    @property
    def is_page(self) -> bool:
        """Whether it answers a browser's files."""
        return self.path.startswith(_PAGES)

    @property
    def is_staffs(self) -> bool:
        """Whether it is for the marketplace's own people alone."""
        return self.path.startswith("/v1/operations/")

    @property
    def operation_id(self) -> str:
        """The function's name; with the event's, where the same function serves another path too."""
        name = self.function[0].lower() + self.function[1:]
        return name if self.event in _PLAIN else f"{name}{self.event.removeprefix(self.method.title())}"


def routes() -> Iterator[Route]:
    """All but the pages, in the template's order."""
    return (each for each in _all() if not each.is_page)


def pages() -> Iterator[Route]:
    """The files of pages."""
    return (each for each in _all() if each.is_page)


def _all() -> Iterator[Route]:
    for logical_id, function in resources("AWS::Serverless::Function").items():
        for name, event in function.get("Events", {}).items():
            if event["Type"] == "Api":
                wanted = event["Properties"]
                is_open = wanted.get("Auth", {}).get("Authorizer") == "NONE"
                place = (logical_id.removesuffix("Function"), name, wanted["Method"], wanted["Path"])
                yield Route(*place, needs_credentials=not is_open)
