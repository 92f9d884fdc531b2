"""Runs a handler so that every outcome is an answer in the dialect's own shape, and one log line."""

import functools
import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from botocore.exceptions import ClientError

from cleave.application.contention import busy_refusal, contended_refusal
from cleave.domain.refusals import Refusal, RefusalCode, RefusalKind, Refusals, unreadable_refusal
from cleave.entry.gateway import Call, Event, Response, read_call
from cleave.logs import Log, note
from cleave.metrics import Metric, count
from cleave.observability import follow
from cleave.store.formats import Unreadable
from cleave.table.failures import Contended, Misfit, is_transient
from cleave.table.limits import ANSWER_BYTES, KILOBYTE

STATUS = {
    RefusalKind.INVALID: 400,
    RefusalKind.UNAUTHENTICATED: 401,
    RefusalKind.FORBIDDEN: 403,
    RefusalKind.NOT_FOUND: 404,
    RefusalKind.CONFLICT: 409,
    RefusalKind.TOO_LARGE: 413,
    RefusalKind.UNSUPPORTED: 415,
    RefusalKind.KEY_REUSED: 422,
    RefusalKind.BUSY: 429,
}


# Lambda answers with 6 MB at most: the body as a JSON text, and a small envelope.
MOST_ANSWER_BYTES = ANSWER_BYTES - 16 * KILOBYTE


class ErrorShape(Protocol):
    """How a dialect writes refusals and failures of ours."""

    def refused(self, call: Call, refusals: Sequence[Refusal], status: int) -> Response:
        """The answer to a request that was refused, for one or more reasons."""

    def failed(self, call: Call) -> Response:
        """The answer to a request that we failed to serve."""


type GatewayHandler = Callable[[Event, object], dict[str, Any]]


def endpoint[T](shape: ErrorShape, read: Callable[[Call], T]) -> Callable[[Callable[[T], Response]], GatewayHandler]:
    """Make a Lambda handler from a function that turns a dialect's call into a response.

    ``read`` turns the gateway's call into the dialect's, or refuses it: a caller without the role, another's seller.
    """

    def decorate(serve: Callable[[T], Response]) -> GatewayHandler:
        @functools.wraps(serve)
        def handler(event: Event, context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
            call = read_call(event)
            follow(call.request_id)
            response = _answer(shape, call, lambda: serve(read(call)))
            key = call.principal.key if call.principal else None
            route = f"{event.get('httpMethod')} {event.get('resource')}"
            note(Log.REQUEST_ANSWERED, route=route, status=response.status, credential=key, agent=call.agent)
            return response.to_gateway()

        return handler

    return decorate


def _answer(shape: ErrorShape, call: Call, serve: Callable[[], Response]) -> Response:
    try:
        response = serve()
        _check_size(response)
    except Refusal as refusal:
        return _refused(shape, call, (refusal,))
    except Refusals as several:
        return _refused(shape, call, several.refusals)
    except Contended:
        return _refused(shape, call, (contended_refusal(),))
    except (Unreadable, Misfit) as damaged:
        return _damaged(shape, call, Unreadable(damaged.key))
    except Exception as error:  # noqa: BLE001 - the caller gets the dialect's shape, the operator the traceback
        return _failed(shape, call, error)
    return response


def _failed(shape: ErrorShape, call: Call, error: Exception) -> Response:
    if isinstance(error, ClientError) and is_transient(error):  # of KMS, say: the table's are Contended
        return _refused(shape, call, (busy_refusal(),))
    note(Log.REQUEST_FAILED)
    count(Metric.REQUESTS_FAILED)
    return shape.failed(call)


def _damaged(shape: ErrorShape, call: Call, item: Unreadable) -> Response:
    """The caller is not at fault. But a 5xx would set off the alarm that rolls back a deployment, which may bring the
    repair."""
    note(Log.ITEM_UNREADABLE, item=str(item))
    count(Metric.ITEMS_FAILED)
    return _refused(shape, call, (unreadable_refusal(item.name),))


def fits_answer(body: str) -> bool:
    """Whether Lambda accepts an answer with this body."""
    if len(body) < MOST_ANSWER_BYTES // 4:  # JSON text in JSON text: at most 4 bytes a character
        return True
    return len(json.dumps(body, ensure_ascii=False).encode()) <= MOST_ANSWER_BYTES


def _check_size(response: Response) -> None:
    """Lambda's refusal of a large answer would be a 502 by API Gateway, at each repeat of the request."""
    if not fits_answer(response.body):
        raise Refusal(RefusalCode.ANSWER_TOO_LARGE, "the answer would be larger than 6 MB; ask for less at once")


def _refused(shape: ErrorShape, call: Call, refusals: Sequence[Refusal]) -> Response:
    note(Log.REQUEST_REFUSED, refusals=[refusal.code.key for refusal in refusals])
    count(Metric.REQUESTS_REFUSED, reason=refusals[0].code.key)
    return shape.refused(call, refusals, STATUS[refusals[0].code.kind])
