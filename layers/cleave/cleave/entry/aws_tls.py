"""TLS to AWS's own endpoints: a few root certificates instead of all, and a connection before the first call."""

import functools
import os
from pathlib import Path
from typing import Any

import botocore
from botocore.awsrequest import AWSRequest

# Beside botocore in the layer; a developer's machine has none.
_ROOTS = Path(botocore.__file__).parent.parent / "aws_roots.pem"
# If one of these is set, calls may go to another endpoint or through a proxy, with other certificates.
_ELSEWHERE = ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy")
# Other partitions have endpoints, and roots, of their own.
_OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-")


@functools.cache
def aws_roots() -> str | None:
    """The file of root certificates for botocore's client; None for botocore's own file, which holds all roots."""
    region = os.environ.get("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", ""))
    if region.startswith(_OTHER_PARTITIONS) or any(name.startswith(_ELSEWHERE) for name in os.environ):
        return None
    return str(_ROOTS) if _ROOTS.exists() else None


def open_connection(client: Any) -> None:  # noqa: ANN401 - botocore's clients have no common type
    """Connect to the client's endpoint with a request that needs no credentials, so that the first call need not
    connect.

    DynamoDB answers it with a word. If it fails, the first call connects as usual.
    """
    endpoint = client._endpoint  # noqa: SLF001 - botocore has no other way to its connections
    request = AWSRequest("GET", f"{endpoint.host}/ping", headers={"Connection": "keep-alive"})
    try:
        endpoint.http_session.send(request.prepare())
    except Exception:  # noqa: BLE001 - nothing depends on it
        return
