"""When a failing receiver is tried again, and when it is given up.

The schedule and the window are one setting, for example ``5s 30s 2m 10m 30m 2h 6h 12h off 3d``: the waits before the
first, second, … probe of a failing receiver, the last one repeated, until it has failed for the time after ``off``.
- The first waits are short because most failures are a restart or a deployment.
- Later ones grow about fivefold: in two days of outage a receiver gets ten probes, however many messages wait for it.
- Three days let a weekend pass before a person has to act.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# One lost answer says little; as many in a row, over all lanes, say that the receiver is down. Eight requests may be
# under way at once, so a receiver that fails one in ten often has three in a row, and hardly ever five.
TRIP = 5
# A receiver may ask for a longer pause by Retry-After, but not for ever.
MAX_RETRY_AFTER = timedelta(hours=6)
# While a probe is under way no other is sent. If its process died, another one follows after this time.
PROBE_TIME = timedelta(minutes=2)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_OFF = "off"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """``steps`` are the waits before each further try; ``window`` is how long failing is endured."""

    steps: tuple[timedelta, ...]
    window: timedelta


def parse_policy(setting: str) -> RetryPolicy:
    """Read the setting; ValueError if it is not one."""
    *steps, off, window = setting.split()
    if off != _OFF or not steps:
        raise ValueError(f"not a retry schedule: {setting}")
    return RetryPolicy(tuple(_time(step) for step in steps), _time(window))


def _time(text: str) -> timedelta:
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


def retry_delay(policy: RetryPolicy, failures: int, spread: float) -> timedelta:
    """The wait after so many failures (from 1): the step, spread evenly over 80 % to 120 % of it.

    ``spread`` is a new number from 0 to 1 each time. Without it, receivers that failed together would all be tried
    again in the same second.
    """
    step = policy.steps[min(failures, len(policy.steps)) - 1]
    return step * (0.8 + 0.4 * spread)


@dataclass(frozen=True, slots=True)
class Circuit:
    """A receiver that has failed since it last succeeded.

    ``failures`` counts failures in a row, over all lanes. ``probe_at`` None: not open yet, messages are still sent.
    ``probes`` counts failed probes. ``version`` counts the writes. ``asked`` is the delivery that a person wants to
    have tried next.
    """

    failures: int
    failing_since: datetime
    probe_at: datetime | None
    probes: int
    version: int
    asked: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing but probes is sent."""
        return self.probe_at is not None

    def claimed(self, at: datetime) -> "Circuit":
        """The circuit while a probe is under way."""
        return replace(self, probe_at=at + PROBE_TIME, version=self.version + 1, asked=None)

    def wanted(self, asked: str, at: datetime) -> "Circuit":
        """The circuit whose next probe, at that time, sends the message that a person asked for."""
        return replace(self, probe_at=at, version=self.version + 1, asked=asked)

    def is_same(self, other: "Circuit | None") -> bool:
        """Whether it was not written in between; versions count from each first failure on."""
        return other is not None and (other.version, other.failing_since) == (self.version, self.failing_since)

    def is_due(self, at: datetime) -> bool:
        """Whether a probe is to be sent now."""
        return self.probe_at is not None and self.probe_at <= at

    def is_lost(self, policy: RetryPolicy, at: datetime) -> bool:
        """Whether the receiver has failed for the whole window, and not only at its beginning and end."""
        return at - self.failing_since >= policy.window and self.failures > TRIP


def after_failure(
    circuit: Circuit | None,
    at: datetime,
    policy: RetryPolicy,
    spread: float,
    *,
    probe: bool,
    retry_after: timedelta | None = None,
) -> Circuit:
    """The circuit after one more failure. ``retry_after`` is the pause that the receiver asked for; it opens the
    circuit at once.

    ``probe``: the failed request was a probe. Other requests that fail after the circuit opened had been sent before,
    so they are no step of the schedule. If a person has asked for a delivery since the request began, the time of that
    probe stays.
    """
    before = circuit or Circuit(0, at, None, 0, 0)
    failed = replace(before, failures=before.failures + 1, version=before.version + 1)
    if before.asked is not None and before.is_open:
        return replace(failed, probes=before.probes + probe)
    asked = at + min(retry_after or timedelta(0), MAX_RETRY_AFTER)
    if before.probe_at is not None and not probe:
        return replace(failed, probe_at=max(before.probe_at, asked))
    if before.probe_at is None and failed.failures < TRIP and retry_after is None:
        return failed
    probes = before.probes + 1 if probe else 0
    return replace(failed, probes=probes, probe_at=max(asked, at + retry_delay(policy, probes + 1, spread)))
