"""`cleave events`."""

import json
from pathlib import Path

from cleave_cli.console import console
from cleave_cli.events.endpoints import endpoint_events
from cleave_cli.events.lambda_event import LambdaEvent
from cleave_cli.events.others import other_events
from cleave_cli.paths import ROOT
from cleave_cli.reporting import reporting_errors

FOLDER = ROOT / "events"


@reporting_errors()
def events() -> None:
    """Generate events/: a good and a bad event for each function, as Lambda passes them."""
    for each in all_events():
        path = path_of(each)
        path.parent.mkdir(exist_ok=True)
        path.write_text(render(each), encoding="utf-8")
        console.print(f"{path.relative_to(ROOT)}")


def all_events() -> list[LambdaEvent]:
    """In the template's order."""
    return [*other_events(), *endpoint_events()]


def path_of(event: LambdaEvent) -> Path:
    """Where it is checked in."""
    return FOLDER / event.file


def render(event: LambdaEvent) -> str:
    return json.dumps(event.event, indent=2, ensure_ascii=False) + "\n"
