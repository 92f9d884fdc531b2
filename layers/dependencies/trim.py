"""Run by the Makefile: leaves of botocore's data what a client reads.

    python trim.py BOTOCORE_DATA SERVICE…

Each cold start decompresses and parses these files. Half of a service's model is its documentation, and nearly all of
the list of endpoints is about other services.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Write the kept services' models without compression and documentation, and the endpoints of these services."""
    data, services = Path(sys.argv[1]), frozenset(sys.argv[2:])
    for packed in data.glob("*/*/*.json.gz"):
        model = json.loads(gzip.decompress(packed.read_bytes()))
        write(packed.with_suffix(""), without_documentation(model))
        packed.unlink()
    endpoints = data / "endpoints.json"
    document = json.loads(endpoints.read_bytes())
    for partition in document["partitions"]:
        partition["services"] = {name: each for name, each in partition["services"].items() if name in services}
    write(endpoints, document)


def without_documentation(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same with empty texts for documentation, since botocore reads some; a member of that name stays."""
    if isinstance(value, list):
        return [without_documentation(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: "" if name == "documentation" and isinstance(each, str) else without_documentation(each)
        for name, each in value.items()
    }


def write(path: Path, document: object) -> None:
    """Compact JSON."""
    path.write_text(json.dumps(document, separators=(",", ":")))


if __name__ == "__main__":
    main()
