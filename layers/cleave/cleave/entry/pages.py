"""The files of a page: read when the function starts, and answered with headers that keep a browser from loading
anything else."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cleave.entry.gateway import Response

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".md": "text/plain; charset=utf-8",  # which every browser shows, and none runs
}
# Only the page's own files may be scripts; inserting a text as markup is an error.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The browser asks each time and gets changed files only, so it never mixes files of two versions.
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """``tag`` identifies its content."""

    media_type: str
    body: str
    tag: str


def read_files(*folders: Path) -> Mapping[str, PageFile]:
    """The folders' files by name. No spelling of a path reaches any other file."""
    return {
        path.name: _read(path) for folder in folders for path in sorted(folder.iterdir()) if path.suffix in MEDIA_TYPES
    }


def _read(path: Path) -> PageFile:
    body = path.read_text(encoding="utf-8")
    return PageFile(MEDIA_TYPES[path.suffix], body, f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"')


def file_response(file: PageFile | None, known_tag: str | None) -> Response:
    """The file, or 304 if the browser has it, or 404 if there is none."""
    if file is None:
        return Response(404, "There is no such page.\n", {**_HEADERS, "Content-Type": MEDIA_TYPES[".md"]})
    headers = {**_HEADERS, "Content-Type": file.media_type, "ETag": file.tag}
    return Response(304, "", headers) if known_tag == file.tag else Response(200, file.body, headers)
