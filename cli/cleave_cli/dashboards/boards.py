"""The content of each board: first the alarms, then who is affected, then graphs."""

from collections.abc import Iterable, Iterator, Mapping

from cleave_cli.dashboards.widgets import STACK, WIDE, Row, Widget, links, metrics, states, table
from cleave_cli.template import resources

_STAGE = ["ApiName", STACK, "Stage", "${Stage}"]
_TRENDYOLS = "/integration/order/sellers/{sellerId}/shipment-packages/{packageId}/items/unsupplied"
_BACKGROUND = ("PackageStream", "Reconcile", "DeliverWebhook", "PublishEvents")
_GATEWAY = [f"/aws/apigateway/{STACK}/requests"]
_BY_CALLER = (
    "stats count(*) as calls, latest(response) as why by credential, route, status | sort calls desc | limit 25"
)


def boards() -> Mapping[str, list[Widget]]:
    """By their logical ids."""
    return {"BusinessDashboard": [*_placed(_business())], "EngineDashboard": [*_placed(_engine())]}


def _placed(widgets: Iterable[Widget]) -> Iterator[Widget]:
    """From left to right, then below."""
    x = y = 0
    for each in widgets:
        if x + each["width"] > WIDE:
            x, y = 0, y + 6
        yield {"x": x, "y": y, **each}
        x += each["width"]
        if each["width"] == WIDE:
            x, y = 0, y + each["height"]


def _head() -> list[Widget]:
    alarms = list(resources("AWS::CloudWatch::Alarm"))
    return [links(alarms), states(alarms)]


def _business() -> list[Widget]:
    return [*_head(), *_whom_business_concerns(), *_cancelling(), *_telling()]


def _whom_business_concerns() -> list[Widget]:
    return [
        table(
            "Receivers that fail or were turned off",
            _logs("DeliverWebhook"),
            'filter message in ["receiver.failing", "receiver.recovered", "subscription.passive"]'
            " | stats latest(message) as last_line, latest(failures) as failures_in_a_row,"
            " latest(reason) as off_because, latest(@timestamp) as at by owner, host, subscription"
            ' | filter last_line != "receiver.recovered" | sort at desc',
        ),
        table("Refused, by caller and route", _GATEWAY, f"filter status like /^4/ | {_BY_CALLER}"),
    ]


def _cancelling() -> list[Widget]:
    return [
        metrics(
            "Cancellations accepted, by dialect", *_each("CancellationsAccepted", "dialect", "trendyol", "hepsiglobal")
        ),
        metrics("Refused, by reason", [_search("RequestsRefused", "reason")], stacked=True),
        metrics("Accepted and applied", _ours("CancellationsApplied"), _ours("PackagesSplit")),
        metrics("From accepted to applied, ms", *_drawn("SplitLatency", "p50", "p99", "Maximum")),
        metrics(
            "Oldest pending, s",
            *map(_ours, ("OldestPendingCancellation", "OldestPendingEvent", "OldestWaitingDelivery")),
            stat="Maximum",
            alarms=["PendingCancellationsAlarm", "PendingEventsAlarm", "WaitingDeliveriesAlarm"],
        ),
    ]


def _telling() -> list[Widget]:
    return [
        metrics("From event to receiver, ms", *_drawn("DeliveryLatency", "p50", "p99")),
        metrics("Events and deliveries", _ours("Events"), _ours("DeliveriesQueued")),
        metrics(
            "Requests to receivers, by outcome",
            *_each("DeliveryAttempts", "outcome", "delivered", "failed", "exhausted"),
        ),
        metrics(
            "Failing receivers; webhooks turned off",
            [*_ours("FailingReceivers"), {"stat": "Maximum"}],
            *_each("SubscriptionTurnedPassive", "reason", "gone", "failing"),
            alarms=["WebhooksTurnedOffAlarm"],
        ),
    ]


def _engine() -> list[Widget]:
    return [*_head(), *_whom_failures_concern(), *_requests(), *_background(), *_limits()]


def _whom_failures_concern() -> list[Widget]:
    return [
        table(
            "Orders whose split or fan-out failed",
            _logs(*_BACKGROUND),
            'filter message in ["item.failed", "delivery.damaged", "event.gone"]'
            " | stats count(*) as tries, latest(message) as last_line, latest(why) as because, latest(@timestamp) as at"
            " by order_number | sort at desc | limit 50",
        ),
        table("Failed or throttled, by caller and route", _GATEWAY, f"filter status like /^(5|429)/ | {_BY_CALLER}"),
    ]


def _requests() -> list[Widget]:
    return [
        metrics(
            "Calls and failures",
            *(["AWS/ApiGateway", name, *_STAGE] for name in ("Count", "4XXError", "5XXError")),
            _ours("RequestsFailed"),
            alarms=["ServerErrorsAlarm"],
        ),
        metrics(
            "Accepting, p99 ms",
            *(
                ["AWS/ApiGateway", "Latency", *_STAGE, "Resource", path, "Method", "PUT"]
                for path in (_TRENDYOLS, "/webhooks/order-cancel")
            ),
            stat="p99",
            alarms=["AcceptLatencyTrendyolAlarm", "AcceptLatencyHepsiGlobalAlarm"],
        ),
        metrics(
            "Authorizer",
            _function("Errors", "Authorizer"),
            _ours("CredentialsRefused"),
            [*_function("Duration", "Authorizer"), {"stat": "p99", "yAxis": "right"}],
            alarms=["AuthorizerErrorsAlarm"],
        ),
    ]


def _background() -> list[Widget]:
    return [
        metrics(
            "Stream: how far behind, ms",
            *(_function("IteratorAge", name) for name in ("PackageStream", "PublishEvents")),
            stat="Maximum",
            alarms=["IteratorAgeAlarm"],
        ),
        metrics(
            "Failed items, batches and messages",
            _ours("ItemsFailed"),
            [*_ours("FailedBatches"), {"stat": "Maximum"}],
            [*_queue("ApproximateNumberOfMessagesVisible", "DeliveryDeadLetters"), {"stat": "Maximum"}],
            alarms=["FailedRecordsAlarm", "DeadLettersAlarm"],
        ),
        metrics(
            "Delivery queue",
            _queue("ApproximateNumberOfMessagesVisible", "DeliveryQueue"),
            [*_queue("ApproximateAgeOfOldestMessage", "DeliveryQueue"), {"yAxis": "right"}],
            stat="Maximum",
        ),
        metrics("Errors", *(_function("Errors", name) for name in _BACKGROUND), alarms=["BackgroundErrorsAlarm"]),
    ]


def _limits() -> list[Widget]:
    return [
        metrics(
            "Throttled",
            ["AWS/Lambda", "Throttles"],
            *(
                _function("Throttles", name)
                for name in ("CancelPackage", "OrderCancel", "PackageStream", "DeliverWebhook")
            ),
            *_table_throttles(),
            alarms=["FunctionsThrottledAlarm", "TableThrottledAlarm"],
        ),
        metrics(
            "Table, capacity units",
            *(["AWS/DynamoDB", f"Consumed{way}CapacityUnits", *_TABLE] for way in ("Read", "Write")),
        ),
    ]


_TABLE = ["TableName", "${Table}"]


def _table_throttles() -> Iterator[Row]:
    """Of the table and of each index, which are counted apart."""
    indexes = [each["IndexName"] for each in resources("AWS::DynamoDB::Table")["Table"]["GlobalSecondaryIndexes"]]
    for way in ("Read", "Write"):
        metric = ["AWS/DynamoDB", f"{way}ThrottleEvents", *_TABLE]
        yield metric
        yield from ([*metric, "GlobalSecondaryIndexName", index] for index in indexes)


def _logs(*functions: str) -> list[str]:
    return [f"/aws/lambda/{STACK}/{name}" for name in functions]


def _ours(name: str, *dimensions: str) -> Row:
    return ["Cleave", name, *dimensions, "service", STACK]


def _each(name: str, dimension: str, *values: str) -> list[Row]:
    return [_ours(name, dimension, value) for value in values]


def _drawn(name: str, *stats: str) -> list[Row]:
    return [[*_ours(name), {"stat": stat, "label": stat}] for stat in stats]


def _search(name: str, dimension: str) -> dict[str, str]:
    wanted = f'{{Cleave,{dimension},service}} MetricName="{name}" service="{STACK}"'
    return {"expression": f"SEARCH('{wanted}', 'Sum')"}


def _function(name: str, function: str) -> Row:
    return ["AWS/Lambda", name, "FunctionName", f"${{{function}Function}}"]


def _queue(name: str, queue: str) -> Row:
    return ["AWS/SQS", name, "QueueName", f"${{{queue}.QueueName}}"]
