"""AWS's prices, and what a million cancellations cost by them.

    cost = requests + Lambda + DynamoDB + stream + queue

    requests  = calls · API_REQUEST
    Lambda    = Σ invocations · (LAMBDA_REQUEST + seconds · memory / 1024 · LAMBDA_GB_SECOND)
    DynamoDB  = write units · WRITE_UNIT + read units · READ_UNIT
    stream    = 0: Lambda's reads of a DynamoDB stream are free, its invocations are not
    queue     = messages · 3 (send, receive, delete) · QUEUE_REQUEST

Dollars per million unless it says otherwise, us-east-1, on demand, arm64, without free tiers; list prices of 2025.
They differ by region and change: this is the one place for them.
"""

from dataclasses import dataclass

API_REQUEST = 3.50
LAMBDA_REQUEST = 0.20
LAMBDA_GB_SECOND = 13.3334
WRITE_UNIT = 0.625
READ_UNIT = 0.125
QUEUE_REQUEST = 0.40
FIFO_REQUEST = 0.50
BUS_EVENT = 1.00
QUEUE_REQUESTS_PER_MESSAGE = 3
# Of a gigabyte: logs when they are written and for each month that they are kept (compressed to some 15 %); the table
# and its continuous backup for each month.
LOGS_WRITTEN, LOGS_KEPT, LOGS_COMPRESSED = 0.50, 0.03, 0.15
TABLE_KEPT, BACKUP_KEPT = 0.25, 0.20
# A function of this size has one processor, a smaller one its part of it: what takes 1 ms of a processor takes
# FULL_PROCESSOR_MB / memory ms there.
FULL_PROCESSOR_MB = 1769
# What a request waits for the database, each round trip; DynamoDB's own figure is single-digit milliseconds.
ROUND_TRIP_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Run:
    """An invocation: seconds of a processor, and of waiting for others, which takes the same time in any function."""

    cpu: float
    waits: float
    memory: int

    @property
    def seconds(self) -> float:
        return self.cpu / cpu_share(self.memory) + self.waits

    @property
    def dollars(self) -> float:
        """Of a million of them."""
        return LAMBDA_REQUEST + self.seconds * self.memory / 1024 * LAMBDA_GB_SECOND


def cpu_share(memory: int) -> float:
    """The part of a processor that one thread of a function of so many MB has."""
    return min(1.0, memory / FULL_PROCESSOR_MB)


def database_dollars(writes: float, reads: float) -> float:
    """Of a million operations of so many units."""
    return writes * WRITE_UNIT + reads * READ_UNIT


def queue_dollars(messages: float) -> float:
    """Of a million operations of so many messages."""
    return messages * QUEUE_REQUESTS_PER_MESSAGE * QUEUE_REQUEST
