"""The same job on Restate, as small as it honestly can be: runs in an environment of its own (requirements/peer.txt).

An order is an object: its handlers run one at a time. A cancel takes units and asks for a split after a quiet period;
the split hands two messages to the order's lane, another object, which sends them one after the other.
"""

import base64
import hashlib
import hmac
import json
import os
import time
from datetime import timedelta

import httpx
import restate

QUIET, LONGEST = timedelta(milliseconds=250), 1.0
SECRET = base64.b64encode(b"a secret for the benchmark").decode()
receiver = httpx.AsyncClient(timeout=10)
order = restate.VirtualObject("Order")
lane = restate.VirtualObject("Lane")


@order.handler("create")
async def create(ctx: restate.ObjectContext, lines: dict[str, int]) -> None:
    """One package."""
    ctx.set("package", {"id": 1, "status": "Created", "lines": lines})


@order.handler("cancel")
async def cancel(ctx: restate.ObjectContext, units: dict[str, int]) -> None:
    """Take units of the package, and split it when no more cancels come."""
    package = await ctx.get("package", type_hint=dict) or {}
    waiting = await ctx.get("waiting", type_hint=list) or []
    taken = {line: sum(each.get(line, 0) for each in waiting) + count for line, count in units.items()}
    if any(count > package["lines"].get(line, 0) for line, count in taken.items()):
        raise restate.TerminalError("not so many units are left", status_code=409)
    now = await ctx.time()
    since = await ctx.get("since", type_hint=float) or now
    ctx.set("waiting", [*waiting, units])
    ctx.set("since", since)
    delay = min(QUIET, timedelta(seconds=max(0.0, since + LONGEST - now)))
    ctx.object_send(split, ctx.key(), len(waiting) + 1, send_delay=delay)


@order.handler("split")
async def split(ctx: restate.ObjectContext, expected: int) -> None:
    """``expected`` is how many cancels waited when it was asked for; if more came, another split was asked for too."""
    package = await ctx.get("package", type_hint=dict) or {}
    waiting = await ctx.get("waiting", type_hint=list) or []
    now, since = await ctx.time(), await ctx.get("since", type_hint=float) or 0.0
    if not waiting or (len(waiting) > expected and now < since + LONGEST):
        return
    left = {line: count - sum(each.get(line, 0) for each in waiting) for line, count in package["lines"].items()}
    closed = {**package, "status": "UnPacked"}
    born = {"id": package["id"] + 1, "status": "Created", "lines": left, "parent": package["id"]}
    ctx.set("package", born)
    ctx.clear("waiting")
    ctx.clear("since")
    ctx.object_send(tell, ctx.key(), [closed, born])


@lane.handler("tell")
async def tell(ctx: restate.ObjectContext, packages: list[dict]) -> None:
    """In order; Restate repeats a request that fails."""
    for package in packages:
        number = (await ctx.get("number", type_hint=int) or 0) + 1
        message_id = f"{ctx.key()}-{number}"
        await ctx.run_typed("send", send, message_id=message_id, order=ctx.key(), number=number, package=package)
        ctx.set("number", number)


async def send(message_id: str, order: str, number: int, package: dict) -> None:
    """A signed request, as Standard Webhooks has it."""
    body, at = json.dumps({"order": order, "package": package}), str(int(time.time()))
    digest = hmac.digest(base64.b64decode(SECRET), f"{message_id}.{at}.{body}".encode(), hashlib.sha256)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        "webhook-sequence": str(number),
    }
    (await receiver.post(os.environ["RECEIVER_URL"], content=body, headers=headers)).raise_for_status()


app = restate.app([order, lane])
