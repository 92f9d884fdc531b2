"""What the functions logged: the engine keeps it in its CloudWatch Logs, not in its own output."""

from collections.abc import Iterator

from botocore.client import BaseClient

from cleave_cli.deploy import engine_session


def function_logs(endpoint: str) -> Iterator[str]:
    """Yield every line that a function has logged, group by group, in order of time within each."""
    client = engine_session().client("logs", endpoint_url=endpoint)
    for page in client.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            yield from _lines_of(client, group["logGroupName"])


def _lines_of(client: BaseClient, group: str) -> Iterator[str]:
    name = group.rsplit("/", 1)[-1]
    for page in client.get_paginator("filter_log_events").paginate(logGroupName=group):
        for event in page["events"]:
            yield f"{name}: {event['message'].rstrip()}"
