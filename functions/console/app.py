"""GET /console and /console/{file}: the page for operators and support, its files, and the runbooks that it names."""

from pathlib import Path

from cleave.dialects.hepsiglobal.endpoint import open_endpoint
from cleave.entry.gateway import Call, Response
from cleave.entry.pages import file_response, read_files

_HERE = Path(__file__).parent
_FILES = read_files(_HERE / "page", _HERE / "runbooks")


@open_endpoint
def handler(call: Call) -> Response:
    """A file by its name; without one, the page itself. The files hold nothing that is not in the repository."""
    return file_response(_FILES.get(call.path.get("file", "index.html")), call.headers.get("if-none-match"))
