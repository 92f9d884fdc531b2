"""S3 in memory, with what an on-failure destination put there."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Bucket:
    """As much of boto3's client as our programs call."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def get_paginator(self, _operation: str) -> "Bucket":
        """Its own pages."""
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        """One key a page, the newest first, and an empty page."""
        for key in reversed(list(self.objects)):
            yield {"Contents": [{"Key": key}]}
        yield {}

    def get_object(self, **request: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.objects[request["Key"]])}

    def put_object(self, **request: Any) -> None:  # noqa: ANN401 - as in boto3
        """Put one, whatever is there."""
        self.objects[request["Key"]] = request["Body"]

    def delete_object(self, **request: str) -> None:
        del self.objects[request["Key"]]
