"""The text that `cleave up` prints: the service's address, and commands to paste."""

from pathlib import Path

from cleave.dialects.trendyol.endpoint import TURKEY
from rich.console import Console

from cleave_cli import paths
from cleave_cli.credentials import Seller
from cleave_cli.samples import first_target, read_packages, sample_of
from cleave_cli.stack import LocalStack


def print_guide(console: Console, stack: LocalStack, state: paths.StateDir) -> None:
    """Print the base URL and a few calls to try, with this start's credentials."""
    console.print(f"\n[bold]Cleave serves at[/] {stack.base_url}", soft_wrap=True)
    console.print(f"Credentials: {_short(state.local_json)} · engine log: {_short(state.engine_log)}")
    console.print(f"\n[bold]The console[/] {stack.base_url}/console", soft_wrap=True)
    for role, staff in (("operator", stack.credentials.operator), ("support", stack.credentials.support)):
        console.print(f"{role}: key {staff.api_key}, secret {staff.api_secret}", soft_wrap=True, highlight=False)
    console.print()
    for text, command in commands(stack).items():
        console.print(f"[bold]{text}[/]")
        console.print(command + "\n", soft_wrap=True, markup=False)
    console.print("Ctrl-C stops it.")


def commands(stack: LocalStack) -> dict[str, str]:
    """Return the calls: for a seller of each storefront, import its sample, cancel one unit, look at the result."""
    return {
        f"{what} ({seller.store_front_code}, seller {seller.seller_id})": command
        for seller in stack.credentials.sellers
        for what, command in _commands_of(stack, seller).items()
    }


def _commands_of(stack: LocalStack, seller: Seller) -> dict[str, str]:
    sample = sample_of(seller)
    target = first_target(read_packages(sample))
    base = f"{stack.base_url}/integration/order/sellers/{seller.seller_id}"
    curl = f"curl -u {seller.api_key}:{seller.api_secret}{_storefront(seller)}"
    send = f"{curl} -H 'Content-Type: application/json'"
    body = f'{{"lines":[{{"lineId":{target.line_id},"quantity":1}}],"reasonId":500}}'
    path = f"shipment-packages/{target.package_id}/items/unsupplied"
    return {
        "Import the sample orders": f"{send} --data-binary @{_short(sample)} {base}/orders",
        "Cancel one unit": f"{send} -X PUT -d '{body}' {base}/{path}",
        "See what became of the order": f"{curl} '{base}/orders?orderNumber={target.order_number}'",
    }


def _storefront(seller: Seller) -> str:
    """Clients of Türkiye do not send the header, and need not."""
    return "" if seller.store_front_code == TURKEY else f" -H 'storeFrontCode: {seller.store_front_code}'"


def _short(path: Path) -> str:
    return str(path.relative_to(paths.ROOT)) if path.is_relative_to(paths.ROOT) else str(path)
