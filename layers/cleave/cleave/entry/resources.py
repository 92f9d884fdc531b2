"""Settings and clients that handlers share for the life of a Lambda environment, made at their first use."""

import functools
import gc
import os
import time
from datetime import timedelta
from typing import Any

import botocore
from botocore.config import Config
from pydantic import BaseModel, ConfigDict

from cleave.entry.aws_http import lean
from cleave.entry.aws_session import session_for
from cleave.entry.aws_tls import aws_roots, open_connection
from cleave.store.tracking_numbers import TrackingNumbers
from cleave.table.table import Table

_CONFIG = Config(
    # A caller waits at most 29 s for API Gateway; a lost packet must not use that up.
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 3},
    # Both are a third of the processor time of a call: AWS validates too, and the SDK's own user agent, put together
    # twice for each call, says nothing that an operator needs. Tests do validate.
    parameter_validation=False,
    user_agent=f"cleave botocore/{botocore.__version__}",
)
# A little more than the longest call by the configuration above.
_LAST_CALL_SECONDS = 15.0


class Settings(BaseModel):
    """The environment variables of a function. A variable that a function does not use may be missing."""

    model_config = ConfigDict(frozen=True)

    table_name: str
    powertools_service_name: str = "cleave"  # the stack's name
    delivery_queue_url: str = ""
    secrets_key_id: str = ""
    token_secret_id: str = ""
    shared_key: str = ""
    timeout_seconds: float = 10
    failed_records_bucket: str = ""
    dead_letters_url: str = ""
    alarm_pending_seconds: float = 300
    alarm_waiting_seconds: float = 21600
    allow_local_webhooks: bool = False
    old_field_names: bool = True
    split_quiet_ms: int = 0
    split_longest_ms: int = 0
    webhook_tracks: int = 8
    retention_days: int = 730
    cell: int = 0
    event_bus_arn: str = ""
    retry_schedule: str = "5s 30s 2m 10m 30m 2h 6h 12h off 3d"


@functools.cache
def settings() -> Settings:
    names = {name: os.environ.get(name.upper()) for name in Settings.model_fields}
    return Settings.model_validate({name: value for name, value in names.items() if value is not None})


@functools.cache
def client(service: str, region: str | None = None) -> Any:  # noqa: ANN401 - botocore's clients have no common type
    """A client of an AWS service, by default in our own region."""
    session = session_for(service)
    return lean(session.create_client(service, region_name=region, config=_CONFIG, verify=aws_roots()))


def request_seconds() -> float:
    """How long a caller's request may work: half of the time-out. Then the last call has time to meet a lost packet,
    and the caller still gets an answer."""
    return settings().timeout_seconds / 2


def table(seconds: float | None = None) -> Table:
    """The table, for one invocation. After ``seconds`` it repeats no write that lost against another."""
    return Table(
        client("dynamodb"),
        settings().table_name,
        deadline=time.monotonic() + (request_seconds() if seconds is None else seconds),
        kept=timedelta(days=settings().retention_days),
    )


def seconds_left(context: object) -> float:
    """How long a function without a waiting caller may work, from its Lambda context; a default without one."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return request_seconds() if remaining is None else remaining() / 1000 - _LAST_CALL_SECONDS


@functools.cache
def tracking_numbers() -> TrackingNumbers:
    """The carriers' numbers that this environment has leased."""
    return TrackingNumbers(settings().cell)


@functools.cache
def signing_secret() -> str:
    """The secret that signs tokens and from which the keys of other signatures are derived."""
    return str(client("secretsmanager").get_secret_value(SecretId=settings().token_secret_id)["SecretString"])


if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
    # Now, while Lambda starts us on a whole processor; a request of a small function gets a fraction of one.
    open_connection(client("dynamodb"))
    gc.freeze()  # what there is stays: nobody needs to look for garbage in it again
