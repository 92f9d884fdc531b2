"""`cleave openapi`."""

from cleave_cli.console import console
from cleave_cli.openapi import document, page
from cleave_cli.paths import ROOT
from cleave_cli.reporting import reporting_errors


@reporting_errors()
def openapi() -> None:
    """Write docs/openapi.json and docs/api.md anew."""
    for path, text in ((document.DOCUMENT, document.render()), (page.PAGE, page.render())):
        path.write_text(text, encoding="utf-8")
        console.print(f"{path.relative_to(ROOT)}")
