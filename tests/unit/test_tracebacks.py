"""How an exception is logged: what it was, where it was raised and why, without the text that may repeat a request."""

import json
import logging
from io import StringIO
from typing import Any

from botocore.exceptions import ClientError
from cleave.observability import logger

SECRET = "Zq7Zq7"


def refuse() -> None:
    denied: Any = {"Error": {"Code": "AccessDeniedException", "Message": SECRET}}
    raise ClientError(denied, "PutItem")


def fail() -> None:
    try:
        refuse()
    except ClientError as error:
        raise LookupError(SECRET) from error


def test_an_exception_is_logged_with_its_causes_their_frames_and_awss_codes_and_without_any_text() -> None:
    log = logging.StreamHandler(StringIO())
    log.setFormatter(logger.registered_formatter)
    logging.getLogger(logger.name).addHandler(log)
    try:
        fail()
    except LookupError:
        logger.exception("failed")
    logging.getLogger(logger.name).removeHandler(log)
    said = log.stream.getvalue()
    line = json.loads(said)
    outer, inner = line["exception"].split("ClientError AccessDeniedException\n")
    assert (line["message"], line["exception_name"]) == ("failed", "LookupError")
    assert outer.startswith("LookupError\n")
    assert "raise LookupError(SECRET) from error" in outer
    assert 'raise ClientError(denied, "PutItem")' in inner
    assert SECRET not in json.dumps(line, ensure_ascii=False)


def test_exceptions_that_are_each_others_cause_are_logged_once() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    text = logger.registered_formatter.formatException((ValueError, first, None))
    assert text.split() == ["ValueError", "KeyError"]
