"""Starts MiniStack on the engine's own Python, with the functions on another one.

    python engine_main.py FUNCTION_PYTHON

MiniStack starts functions with `sys.executable`. Here that would be a Python full of the engine's own
packages, and a function would run although its layer lacks something.

It also looks for API keys in a header only. The template has the authorizer name them, so this teaches it.
"""

import ctypes
import importlib
import signal
import sys
from contextvars import ContextVar
from typing import Any

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until killed."""
    if sys.platform == "linux":
        # Should even the keeper be killed, the kernel ends us, and functions end when we do.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    sys.executable, sys.argv = sys.argv[1], ["ministack"]
    accept_what_it_lacks()
    count_by_authorizer(importlib.import_module("ministack.services.apigateway_v1"))
    importlib.import_module("ministack.app").main()


def accept_what_it_lacks() -> None:
    """MiniStack refuses templates with saved queries of Logs Insights and with alarms on several metrics; nothing here
    depends on either, so they come to nothing instead."""
    provisioners = vars(importlib.import_module("ministack.services.cloudformation.provisioners"))
    provisioners["_RESOURCE_HANDLERS"]["AWS::Logs::QueryDefinition"] = {
        "create": lambda logical_id, *_: (logical_id, {"QueryDefinitionId": logical_id}),
        "delete": lambda *_: None,
    }
    put_alarm = provisioners["_cw_metric_alarm_put"]
    provisioners["_cw_metric_alarm_put"] = lambda name, properties: (
        (name, {"Arn": name}) if "Metrics" in properties else put_alarm(name, properties)
    )


def count_by_authorizer(gateway: Any) -> None:  # noqa: ANN401 - a module of another environment
    """Take a call's API key from what the authorizer said: the credential, which is its `usageIdentifierKey`."""
    counted_by: ContextVar[str | None] = ContextVar("counted_by", default=None)
    authorize = gateway._authorize_request_v1  # noqa: SLF001 - there is no other way in

    async def authorize_and_note(*arguments: Any) -> Any:  # noqa: ANN401 - as the engine has them
        error, context = await authorize(*arguments)
        counted_by.set((context or {}).get("credential"))
        return error, context

    gateway._authorize_request_v1 = authorize_and_note  # noqa: SLF001
    gateway._api_key_from_request = lambda _headers: counted_by.get()  # noqa: SLF001


if __name__ == "__main__":
    main()
