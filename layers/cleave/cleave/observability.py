"""The one logger. What it says is in ``cleave.logs``."""

import logging
import traceback
from collections.abc import Iterator

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from botocore.exceptions import ClientError

# No line has any of these, and logging looks them up for each ("Optimization" in Python's logging HOWTO).
logging.logThreads = logging.logMultiprocessing = logging.logProcesses = False


class _TracebackFormatter(LambdaPowertoolsFormatter):
    """Says where an exception was raised and of which type it was, never its text.

    The text of an exception may repeat what a caller sent: botocore's of a wrong parameter has its value.
    """

    def formatException(self, ei: tuple[object, BaseException | None, object]) -> str:  # noqa: N802 - logging's name; wider in what it takes
        return "\n".join(_causes(ei[1]))


def _causes(error: BaseException | None) -> Iterator[str]:
    """The exception and its causes, the last cause first, each with its frames. Each appears once, because exceptions
    can be causes of each other."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        frames = "".join(traceback.format_tb(error.__traceback__))
        code = f" {error.response['Error']['Code']}" if isinstance(error, ClientError) else ""
        yield f"{type(error).__name__}{code}\n{frames}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


logger = Logger(
    service="cleave",
    log_uncaught_exceptions=True,
    logger_formatter=_TracebackFormatter(serialize_stacktrace=False),  # which would have the text, and the frames again
)


def follow(correlation_id: str | None) -> None:
    """Put the id of the request that caused the work into every following line; None: no id.

    If one split applies several requests' cancellations, their ids are separated by spaces.
    """
    logger.set_correlation_id(correlation_id)
