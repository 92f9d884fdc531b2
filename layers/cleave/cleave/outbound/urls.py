"""The targets that a webhook may have."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from cleave.domain.delivery import Answer
from cleave.domain.destination import Destination, destination_of, is_arn
from cleave.domain.refusals import Refusal, RefusalCode
from cleave.outbound.addresses import AddressRefused, Resolver, checked_addresses, resolve

# Parsers disagree about backslashes, spaces, control characters and characters outside ASCII.
_PLAIN = re.compile(r"[!-\[\]-~]+")


@dataclass(frozen=True, slots=True)
class TargetRules:
    """``allow_local`` allows http and loopback; ``reach`` asks a bus or a queue whether it takes our messages."""

    allow_local: bool
    reach: Callable[[Destination], Answer]

    def check(self, target: str, *, field: str = "url") -> None:
        """Raise Refusal for a target that we will not, or cannot, send to. ``field`` is the request's."""
        try:
            if is_arn(target):
                self._check_arn(target)
            else:
                check_url(target, allow_local=self.allow_local)
        except Refusal as refused:
            raise Refusal(refused.code, refused.message, field=field) from None

    def _check_arn(self, arn: str) -> None:
        try:
            destination = destination_of(arn)
        except ValueError as error:
            raise _refused(str(error)) from None
        answer = self.reach(destination)
        if not answer.ok:
            raise _refused(f"takes no messages of this stage ({answer.word}); its operator lists what does")


def check_url(url: str, *, allow_local: bool, resolver: Resolver = resolve) -> None:
    """Raise Refusal for a URL that we will not call. ``allow_local`` allows http and loopback."""
    try:
        parts = urlsplit(url)
        port = parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        raise _refused("is not a URL") from None
    if not _PLAIN.fullmatch(url):
        raise _refused("must be of printable ASCII without backslashes")
    if parts.scheme not in ({"http", "https"} if allow_local else {"https"}):
        raise _refused("must be https")
    if not parts.hostname or "@" in parts.netloc:
        raise _refused("must have a host, and no user")
    if "#" in url:
        raise _refused("must have no fragment")
    try:
        checked_addresses(parts.hostname, port, allow_local=allow_local, resolver=resolver)
    except AddressRefused as refused:
        raise _refused(str(refused)) from None


def _refused(message: str) -> Refusal:
    return Refusal(RefusalCode.WEBHOOK_URL_INVALID, message, field="url")
