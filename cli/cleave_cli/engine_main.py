"""Starts MiniStack on the engine's own Python, with the functions on another one.

    python engine_main.py FUNCTION_PYTHON

MiniStack starts functions with `sys.executable`. Here that would be a Python full of the engine's own
packages, and a function would run although its layer lacks something.
"""

import ctypes
import importlib
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until killed."""
    if sys.platform == "linux":
        # Should even the keeper be killed, the kernel ends us, and functions end when we do.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    sys.executable, sys.argv = sys.argv[1], ["ministack"]
    accept_what_it_lacks()
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


if __name__ == "__main__":
    main()
