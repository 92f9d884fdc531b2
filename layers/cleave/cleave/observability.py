"""The one logger. Messages are codes; what varies goes into fields. No body, address, name or secret is logged."""

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

logger = Logger(service="cleave", log_uncaught_exceptions=True)


def count(name: str, **dimensions: str) -> None:
    """Add one to a metric; written into the log, where CloudWatch picks it up."""
    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace="Cleave") as metric:
        for dimension, value in dimensions.items():
            metric.add_dimension(name=dimension, value=value)
