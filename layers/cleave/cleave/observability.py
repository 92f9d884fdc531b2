"""The one logger. What it says is in ``cleave.logs``."""

from aws_lambda_powertools.logging import Logger

logger = Logger(service="cleave", log_uncaught_exceptions=True)


def follow(correlation_id: str | None) -> None:
    """Give every line from now on the id of the request that caused what is done; None: of none.

    Where one split applies several requests' cancellations, their ids stand side by side, with spaces.
    """
    logger.set_correlation_id(correlation_id)
