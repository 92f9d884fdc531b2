"""What `cleave up` prints: where the service is, and commands that work when pasted."""

from pathlib import Path

from rich.console import Console

from cleave_cli import paths
from cleave_cli.samples import first_target, read_packages, sample_of
from cleave_cli.stack import LocalStack


def print_guide(console: Console, stack: LocalStack, state: paths.StateDir) -> None:
    """Print the base URL and a few calls to try, with this start's credentials."""
    console.print(f"\n[bold]Cleave serves at[/] {stack.base_url}", soft_wrap=True)
    console.print(f"Credentials: {_short(state.local_json)} · engine log: {_short(state.engine_log)}\n")
    for text, command in commands(stack).items():
        console.print(f"[bold]{text}[/]")
        console.print(command + "\n", soft_wrap=True, markup=False)
    console.print("Ctrl-C stops it.")


def commands(stack: LocalStack) -> dict[str, str]:
    """Return the calls: import the sample, cancel one unit of it, look at the result."""
    seller = stack.self_paying_seller
    sample = sample_of(seller)
    target = first_target(read_packages(sample))
    base = f"{stack.base_url}/integration/order/sellers/{seller.seller_id}"
    curl = f"curl -u {seller.api_key}:{seller.api_secret} -H 'storeFrontCode: {seller.store_front_code}'"
    send = f"{curl} -H 'Content-Type: application/json'"
    body = f'{{"lines":[{{"lineId":{target.line_id},"quantity":1}}],"reasonId":500}}'
    path = f"shipment-packages/{target.package_id}/items/unsupplied"
    return {
        "Import the sample orders": f"{send} --data-binary @{_short(sample)} {base}/orders",
        "Cancel one unit": f"{send} -X PUT -d '{body}' {base}/{path}",
        "See what became of the order": f"{curl} '{base}/orders?orderNumber={target.order_number}'",
    }


def _short(path: Path) -> str:
    return str(path.relative_to(paths.ROOT)) if path.is_relative_to(paths.ROOT) else str(path)
