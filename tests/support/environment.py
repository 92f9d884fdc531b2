"""What handlers keep for the life of a Lambda environment."""

from types import ModuleType

import boto3
from cleave.entry import aws_session, resources
from cleave.outbound import resources as outbound


def new_environment() -> None:
    """The next call of a handler is the first of a new environment: it finds the settings and clients of now."""
    boto3.DEFAULT_SESSION = None
    _forget(aws_session, but=frozenset())
    _forget(resources, but=frozenset())
    _forget(outbound, but=frozenset())


def new_settings() -> None:
    """The same with the clients of before, on whose calls a test may look."""
    _forget(resources, but=frozenset({"client"}))
    _forget(outbound, but=frozenset())


def _forget(module: ModuleType, but: frozenset[str]) -> None:
    for name, cached in vars(module).items():
        if hasattr(cached, "cache_clear") and cached.__module__ == module.__name__ and name not in but:
            cached.cache_clear()
