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

API_REQUEST = 3.50
LAMBDA_REQUEST = 0.20
LAMBDA_GB_SECOND = 13.3334
WRITE_UNIT = 0.625
READ_UNIT = 0.125
QUEUE_REQUEST = 0.40
QUEUE_REQUESTS_PER_MESSAGE = 3
MEMORY_MB = 256
# A function of 256 MB has this part of a processor; work that takes 1 ms of CPU takes 1 / CPU_SHARE ms there.
CPU_SHARE = MEMORY_MB / 1769
# What a request waits for the database, each round trip; DynamoDB's own figure is single-digit milliseconds.
ROUND_TRIP_SECONDS = 0.005


def lambda_dollars(cpu_seconds: float, round_trips: int) -> float:
    """Of a million invocations."""
    seconds = cpu_seconds / CPU_SHARE + round_trips * ROUND_TRIP_SECONDS
    return LAMBDA_REQUEST + seconds * MEMORY_MB / 1024 * LAMBDA_GB_SECOND


def database_dollars(writes: float, reads: float) -> float:
    """Of a million operations of so many units."""
    return writes * WRITE_UNIT + reads * READ_UNIT


def queue_dollars(messages: float) -> float:
    """Of a million operations of so many messages."""
    return messages * QUEUE_REQUESTS_PER_MESSAGE * QUEUE_REQUEST
