"""Processor time of a built function's first request, and of those after it, in a process of its own."""

import json
import subprocess
from dataclasses import dataclass
from statistics import median

from benchmarks import builds, prices
from benchmarks.cold import ANSWERS, variables
from benchmarks.sandbox import RIC_PYTHON, environment_of
from benchmarks.tls import aws_here

_PROGRAM = """
import json, sys, time
import app
class Context:
    aws_request_id, function_name, memory_limit_in_mb, invoked_function_arn = "id", "benchmark", 256, "arn"
    def get_remaining_time_in_millis(self): return 10_000
event, count = json.load(sys.stdin)
spent = []
for _ in range(count):
    started = time.process_time()
    app.handler(event, Context())
    spent.append(time.process_time() - started)
print(json.dumps(spent), file=sys.stderr)
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of a processor for the first request after init (None where nobody waits for it) and for a later one; its
    round trips to the database, and seconds that it waits for something else."""

    first: float | None
    warm: float
    trips: int = 1
    waits: float = 0.0

    @property
    def seconds_waiting(self) -> float:
        """Of a request, in all."""
        return self.trips * prices.ROUND_TRIP_SECONDS + self.waits


def spent_by(name: str, event: object, count: int) -> Spent:
    """``count`` requests to a database that answers at once, over TLS, as on AWS."""
    with aws_here({**ANSWERS, "GetItem": {}}) as aws:
        function = aws.with_few_roots(builds.cleave(name, variables()))
        done = subprocess.run(
            [str(RIC_PYTHON), "-c", _PROGRAM],
            env={**environment_of(function), "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"},
            cwd=function.path[0],
            input=json.dumps([event, count]),
            capture_output=True,
            text=True,
            check=True,
        )
    spent: list[float] = json.loads(done.stderr.splitlines()[-1])
    return Spent(spent[0], median(spent[1:]))
