"""The template was written anew: what CloudFormation gets of it is what it got before, but for what is named here.

``template_before.json`` was made of the template of commit 4b6395d: a digest of each
property and attribute of each resource.
"""

import hashlib
import json
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tests.support.processed import standard, without_digests

type Digests = dict[str, dict[str, str]]

# Resource and property (or attribute), as patterns; why they are not as before.
CHANGED = {
    ("FunctionsThrottledAlarm", "*"): "one alarm for every function, instead of for seven",
    ("ApiDeployment", "Description"): "a digest of the API's document",
    # Deploys
    ("*FunctionVersion", "Description"): "what references come to, so that a version is published where they change",
    ("*Function", "Environment"): "the time-out, so that another one is another version, and the key that many share",
    ("Table", "DeletionPolicy"): "kept, but not when the first deployment fails",
    ("FailedRecords", "DeletionPolicy"): "the same",
    ("*Key", "DeletionPolicy"): "the same",
    ("*Dashboard", "DashboardName"): "the region, since dashboards are all regions' together",
    ("Table", "Condition"): "a restored one takes its place, if one is named",
    ("SecretsKey", "Condition"): "the same",
    ("SecretsKey", "MultiRegion"): "another region can open what it sealed",
    ("PackageStreamFunctionTable", "EventSourceArn"): "the stream of the table that there is",
    ("*Dashboard", "DashboardBody"): "alarms with their thresholds, and whom they concern",
    ("FailedRecords", "LifecycleConfiguration"): "an end for failed records",
    # Runs
    ("DeliverWebhookFunctionQueue", "ScalingConfig"): "a bound for deliveries",
    ("PackageStreamFunctionTable", "ParallelizationFactor"): "as measured",
    ("*Function", "ReservedConcurrentExecutions"): "room for callers and a bound for the stream, if asked for",
    ("*Function", "Timeout"): "room to answer before API Gateway gives up",
    ("DeliverWebhookFunction", "RecursiveLoop"): "it rings for itself",
    ("*FunctionRole", "PermissionsBoundary"): "AWS's managed policies are cut down to the stack",
    ("ApiStage", "MethodSettings"): "limits of the stage",
    ("ApiStage", "AccessLogSetting"): "a record of what no function sees",
    ("ApiStage", "Variables"): "the stage after the role of its logs",
    ("Api", "Body"): "answers of the gateway's own: denied is 401, unknown key, filtered by WAF, no size of a body",
    ("Table", "GlobalSecondaryIndexes"): "walks read the statuses of items too",
    ("Limits*", "ApiStages"): "limits of paths that public code still calls",
    ("DataKey", "KeyPolicy"): "the gateway's log group",
    ("ApiCredentialsAuthorizerPermission", "FunctionName"): "the authorizer itself under `sam local`, else its alias",
    ("ReconcileFunction", "Description"): "plainer words",
    # Alarms
    ("AcceptLatency*Alarm", "*"): "few calls ignored, a period that sees a canary",
    ("AuthorizerErrorsAlarm", "*"): "its errors alone, since it refuses by a policy",
    ("TableThrottledAlarm", "Metrics"): "reads of indexes, and a value in every period",
    ("IteratorAgeAlarm", "*"): "both functions on the stream",
    ("BackgroundErrorsAlarm", "Metrics"): "the function that puts events on the bus, too",
    ("BackgroundErrorsAlarm", "AlarmDescription"): "plainer words",
    ("*Query", "LogGroupNames"): "all functions whose lines a query is about",
    ("*Query", "QueryString"): "lines and fields that are logged, and ends that no function sees coming",
    ("*Alarm", "DatapointsToAlarm"): "is the same as EvaluationPeriods unless said",
}
NEW = {
    "GetStatus*": "what operators and support look at",
    "ListReceivers*": "the same",
    "FindOrder*": "the same",
    "ListPending*": "the same",
    "ProbeReceiver*": "what an operator does about it",
    "ReportStatus*": "an endpoint: the carrier's word",
    "AlternativeDelivery*": "an endpoint: a seller delivers itself",
    "Manual*": "endpoints: it has delivered, or has the package back",
    "ReportShipment*": "an endpoint: the marketplace's word for a shipment",
    "ReportDelivery*": "an endpoint: and for an item",
    "LegacyUpdateTrackingFunctionPutOfficialPermission*": "a path that public code still calls",
    "*FunctionPostLegacyPermission*": "the same",
    "AddressLimit*": "a rule of WAF, if asked for",
    "Domain": "a name of its own, if asked for",
    "ApiAtDomain": "with the API at its root",
    "ReconcileQuery": "whether the reconcile runs",
    "Console*": "the page for operators and support",
    "Bus": "the bus that every event goes to",
    "PublishEvents*": "puts them there",
    "DeploymentRole": "CodeDeploy's, instead of AWS's managed policy",
    "GatewayAccount": "the role of the gateway's logs",
    "GatewayLogGroup": "the gateway's logs",
    "GatewayRole": "the role of the gateway's logs",
    "SharedKey*": "one API key for all that have no limits",
    "WithinTheStack": "what functions may do at most",
}
GONE: dict[str, str] = {}
# These follow what is measured and what the code asks for; tests/proofs/test_privileges.py holds the rights.
FREE = {"MemorySize", "Policies"}


def digests() -> Digests:
    """Of the template as it is now."""
    return {
        name: {
            key: digest(value)
            for key, value in {**resource, **resource.get("Properties", {})}.items()
            if key != "Properties"
        }
        for name, resource in without_digests(standard()).items()
    }


def digest(value: Any) -> str:  # noqa: ANN401 - any property
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]


BEFORE: Digests = json.loads(Path(__file__).with_name("template_before.json").read_text())


def differing() -> set[tuple[str, str]]:
    now = digests()
    return {
        (name, key)
        for name in BEFORE.keys() & now.keys()
        for key in (BEFORE[name].keys() | now[name].keys()) - FREE
        if BEFORE[name].get(key) != now[name].get(key)
    }


def named(table: Any, what: tuple[str, ...]) -> bool:  # noqa: ANN401 - keys of either table
    keys = [key if isinstance(key, tuple) else (key,) for key in table]
    return any(all(map(fnmatch, what, key)) for key in keys)


def test_no_property_is_another_than_before_but_those_that_are_named() -> None:
    assert sorted(each for each in differing() if not named(CHANGED, each)) == []


def test_no_resource_is_new_or_gone_but_those_that_are_named() -> None:
    now = digests().keys()
    assert sorted(name for name in now - BEFORE.keys() if not named(NEW, (name,))) == []
    assert sorted(name for name in BEFORE.keys() - now if not named(GONE, (name,))) == []


def test_everything_that_is_named_has_changed() -> None:
    assert [key for key in CHANGED if not any(named([key], each) for each in differing())] == []
    now = digests().keys()
    assert [key for key in NEW if not any(fnmatch(name, key) for name in now - BEFORE.keys())] == []
    assert [key for key in GONE if not any(fnmatch(name, key) for name in BEFORE.keys() - now)] == []
