"""`cleave openapi`."""

from cleave_cli.console import console
from cleave_cli.openapi import collection, document, page
from cleave_cli.paths import ROOT
from cleave_cli.reporting import reporting_errors


@reporting_errors()
def openapi() -> None:
    """Generate docs/openapi.json, docs/api.md and the collection of requests."""
    made = {document.DOCUMENT: document.render(), page.PAGE: page.render(), collection.COLLECTION: collection.render()}
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
        console.print(f"{path.relative_to(ROOT)}")
