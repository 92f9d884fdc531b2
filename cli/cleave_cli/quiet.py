"""Runs the service's code in a process of ours, without the lines that it logs in Lambda."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from cleave.observability import logger

_METRICS = "POWERTOOLS_METRICS_DISABLED"


@contextmanager
def quiet() -> Iterator[None]:
    """Neither log lines nor metrics: the terminal shows the command's own words alone."""
    level, metrics = logger.log_level, os.environ.get(_METRICS)
    logger.setLevel(logging.CRITICAL)
    os.environ[_METRICS] = "true"
    try:
        yield
    finally:
        logger.setLevel(level)
        if metrics is None:
            del os.environ[_METRICS]
        else:
            os.environ[_METRICS] = metrics
