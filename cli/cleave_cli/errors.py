"""Errors, in words for the person at the terminal."""


class CleaveError(Exception):
    """An error whose message says what failed, and what to do or where to look."""

    title = "Failed"


class AlreadyRunningError(CleaveError):
    """Another stack runs in the same folder."""

    title = "Not started"


class EngineError(CleaveError):
    """The local engine did not start, or ended."""


class ToolError(CleaveError):
    """SAM refused to build or deploy."""


class PromiseBrokenError(CleaveError):
    """The demo saw the service break a promise."""

    title = "Promise broken"
