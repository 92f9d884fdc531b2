"""The one logger. Messages are codes; what varies goes into fields. No body, address, name or secret is logged."""

from aws_lambda_powertools.logging import Logger

logger = Logger(service="cleave", log_uncaught_exceptions=True)
