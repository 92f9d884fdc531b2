"""The environment variables of programs that we start, built from nothing: none of the caller's are passed on."""

import os
from collections.abc import Mapping
from pathlib import Path

from cleave_cli import paths

REGION = "eu-central-1"
ROOT_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}  # the engine's own root user

# The variables that a package installer needs behind a proxy or a mirror.
_PASSED_ON = (
    "PIP_",
    "UV_",
    "SSL_CERT_",
    "REQUESTS_CA_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "HOME",
    "LANG",
)


def for_engine(port: int, files: Path) -> dict[str, str]:
    """MiniStack's environment. Its functions inherit it, so it names no packages and nothing of ours."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(files),
        "TMPDIR": str(files),
        "STATE_DIR": str(files / "state"),
        "S3_DATA_DIR": str(files / "s3"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONNOUSERSITE": "1",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # enforce the template's roles
        "IOT_MTLS_ENABLED": "false",  # would listen on a port of its own
        "SFTP_ENABLED": "false",
        "PERSIST_STATE": "0",
        "DOCKER_HOST": f"unix://{files}/no-docker",  # it would tidy up containers of other MiniStacks
        **ROOT_CREDENTIALS,
    }


def for_sam(endpoint: str | None) -> dict[str, str]:
    """SAM's environment: our Python first on PATH, and no way to a real AWS account."""
    environment = {
        **_inherited(os.environ),
        "PATH": f"{paths.TOOLS}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.1",  # how often it asks whether the stack is there: 3 s instead of 8
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **ROOT_CREDENTIALS,
    }
    if endpoint is None:
        return environment
    return environment | {"AWS_ENDPOINT_URL": endpoint, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def reach_this_machine() -> None:
    """Have this process call 127.0.0.1 directly, even if a proxy is set."""
    for name in ("NO_PROXY", "no_proxy"):
        known = [each for each in os.environ.get(name, "").split(",") if each]
        if "127.0.0.1" not in known:
            os.environ[name] = ",".join([*known, "127.0.0.1"])


def _inherited(source: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in source.items() if name.upper().startswith(_PASSED_ON)}
