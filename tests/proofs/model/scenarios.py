"""Small cases, each of which is explored whole; and steps that are wrong on purpose, each found in one of them."""

from dataclasses import dataclass

from tests.proofs.model.state import Scenario

ONE, TWO_LANES = (0,), (0, 1)

# These are explored by each run of the tests.
SHORT: dict[str, Scenario] = {
    "one event, a lost answer": Scenario(ONE, lost=1, hand=True),
    "one event, two workers of each kind": Scenario(ONE, split=2, drain=2),
    "one lane": Scenario(accepted=False),
    "circuit": Scenario(ONE, ready=1, fails=2),
    "counting": Scenario(ONE, ready=1, fails=2, trip=2, pauses=True),
    "asked for, one event": Scenario(ONE, (0,), ready=1, drain=2, resends=1),
    "a late fan-out": Scenario(ONE, split=2, resends=1),
    "asked for while it fails": Scenario(ONE, ready=1, fails=1, resends=1),
    "asked for, while a probe fails": Scenario(ONE, ready=1, fails=2, resends=2),
    "off and on": Scenario(ONE, owners=(("off", 0), ("on", 0))),
    "passive": Scenario(ONE, ready=1, fails=1, owners=(("passive", 0), ("on", 0))),
    "moved": Scenario(ONE, ready=1, fails=1, owners=(("move", 0),)),
    "two webhooks": Scenario(ONE, webhooks=2, owners=(("delete", 0),)),
    "a poison message": Scenario(ready=1, poison=(0, 0), trip=99, window=True),
    "a record that is stuck": Scenario(TWO_LANES, split=2, stuck=0),
}

LONG: dict[str, Scenario] = {
    "two splits at once": Scenario(split=2),
    "two webhooks, off and on": Scenario(ONE, webhooks=2, owners=(("off", 1), ("delete", 0), ("on", 1))),
    "circuit, two events": Scenario(ready=1, fails=1),
    "off and on, two events": Scenario(owners=(("off", 0), ("on", 0))),
    "one lane, lost answers": Scenario(split=2, lost=1, accepted=False),
    "one lane, two drains": Scenario(drain=2, lost=1),
    "two lanes on one track": Scenario(TWO_LANES, drain=2, hand=True),
    "two lanes on two tracks": Scenario(TWO_LANES, (0, 1), drain=2),
    "off and on, two splitters": Scenario(split=2, owners=(("off", 0), ("on", 0))),
    "circuit, two drains": Scenario(ready=1, drain=2, fails=1),
    "circuit, probes that fail": Scenario(ready=1, fails=3),
    "circuit on two tracks": Scenario(TWO_LANES, (0, 1), ready=2, drain=2, fails=1, mortal=False),
    "counting, on two tracks": Scenario(
        TWO_LANES, (0, 1), ready=2, drain=2, fails=2, trip=2, pauses=True, mortal=False
    ),
    "asked for while the circuit is open": Scenario(ready=2, fails=2, resends=1),
    "passive, two events": Scenario(ready=1, fails=1, owners=(("passive", 0), ("on", 0))),
    "moved, failing twice": Scenario(ready=1, fails=2, owners=(("move", 0),)),
    "a poison second message": Scenario(TWO_LANES, ready=1, poison=(0, 1), trip=99, window=True, lost=1),
    "asked for, two drains": Scenario(ready=1, drain=2, resends=1, lost=1),
    "a holder outlives its lease": Scenario(ready=1, drain=2, overruns=1, resends=1),
}

SCENARIOS = SHORT | LONG


@dataclass(frozen=True)
class Wrong:
    """A fault of the model: ``scenario`` is the one in which it is found."""

    scenario: str
    what: str


FAULTS: dict[str, Wrong] = {
    "part-counts-as-whole": Wrong("two webhooks", "the mark goes after the first delivery of several"),
    "told-at-fan-out": Wrong("off and on", "who is told is asked at fan-out, of now"),
    "hold-back": Wrong("a record that is stuck", "a record that fails holds back another seller's"),
    "mark-cleared-before-ring": Wrong("one lane", "the mark goes before the track is rung"),
    "ring-before-put": Wrong("one lane", "the track is rung before the delivery is there"),
    "due-track-not-counted": Wrong("one lane", "a track that is due already is not counted as rung"),
    "put-overwrites": Wrong("a late fan-out", "a late fan-out overwrites what waits"),
    "order-not-conditional": Wrong("two splits at once", "a split does not ask for the order's version"),
    "failure-not-noted": Wrong("a poison message", "an answer breaks the worker before the failure is noted"),
    "predecessor-not-looked-at": Wrong("two splits at once", "a drain does not look for the delivery before"),
    "settled-not-looked-at": Wrong("two splits at once", "a drain sends what is settled"),
    "take-ignores-holder": Wrong("one event, two workers of each kind", "a track is taken from its holder"),
    "due-removed-at-take": Wrong("one lane", "a track that is taken is due no more"),
    "release-ignores-ring": Wrong("one lane", "a track is let go that was rung meanwhile"),
    "shut-ignores-ring": Wrong("moved", "a track is shut that was woken meanwhile"),
    "close-without-wake": Wrong("circuit", "the circuit is closed, and nobody woken"),
    "activate-without-wake": Wrong("passive", "a webhook is activated, and its tracks stay shut"),
    "retry-not-due": Wrong("a poison message", "a track is let go as if nothing were to be tried again"),
    "hand-over-clears-due": Wrong("one event, a lost answer", "who hands a track over says that nothing is to be done"),
    "probe-clears-due": Wrong("circuit", "a probe that ends says that its track has nothing to do"),
    "url-keeps-circuit": Wrong("moved", "a new URL has the circuit of the old one"),
    "resend-waits-for-circuit": Wrong("asked for while it fails", "what a person asks for waits for the next probe"),
    "failure-uses-up-wish": Wrong(
        "asked for, while a probe fails", "a failed probe puts off what a person asked for while it was under way"
    ),
    "delete-unconditional": Wrong("asked for, one event", "a delivery is deleted that was asked for meanwhile"),
    "delete-before-settle": Wrong("one event, a lost answer", "a delivery is deleted before it is settled"),
    "versions-begin-anew": Wrong("counting, on two tracks", "a new circuit cannot be told from an old one"),
}
