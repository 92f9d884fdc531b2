"""Waits until API Gateway knows a new API key. A key spreads slowly, and API Gateway answers 403 until it knows it."""

import time
from collections.abc import Callable

import httpx
from cleave.store.credentials import Credential

_PATIENCE_SECONDS = 120.0
_PAUSE_SECONDS = 2.0
_NOT_YET = "Until API Gateway knows the key, within minutes, it answers calls with 403."
_IN_A_ROW = 3  # each request may meet another of the gateway's machines


def wait_until_known(
    base_url: str, credential: Credential, secret: str, pause: Callable[[float], None] = time.sleep
) -> str:
    """Ask as the seller until it is let in several times in a row; says whether it is, which is no failure if not."""
    proxied = base_url.startswith("https:")  # the local engine is on this machine
    try:
        with httpx.Client(timeout=30, trust_env=proxied, auth=(credential.key, secret)) as http:
            known = _is_known(http, base_url, credential, pause)
    except httpx.HTTPError as failed:
        return f"{base_url} cannot be asked from here ({failed}). {_NOT_YET}"
    return "API Gateway knows the key: it can be used." if known else _NOT_YET


def _is_known(http: httpx.Client, base_url: str, credential: Credential, pause: Callable[[float], None]) -> bool:
    let_in = 0
    for _ in range(int(_PATIENCE_SECONDS / _PAUSE_SECONDS)):
        let_in = let_in + 1 if _ask(http, base_url, credential) != httpx.codes.FORBIDDEN else 0
        if let_in == _IN_A_ROW:
            return True
        pause(_PAUSE_SECONDS if let_in == 0 else 0)
    return False


def _ask(http: httpx.Client, base_url: str, credential: Credential) -> int:
    """The cheapest that every seller may ask: one package of its newest."""
    (seller,) = credential.sellers
    storefront = next(iter(sorted(credential.storefronts)), "TR")
    path = f"{base_url}/integration/order/sellers/{seller}/orders"
    return http.get(path, params={"size": 1}, headers={"storeFrontCode": storefront}).status_code
