"""Run by the Makefile: the root certificates of AWS's own endpoints, out of botocore's bundle.

    python roots.py BOTOCORE_CACERT TARGET

Each new connection loads the whole file: 126 roots take 24 ms of a processor, these take 3.
https://www.amazontrust.com/repository names them.
"""

import re
import sys
from pathlib import Path

_CERTIFICATE = re.compile(
    r'# Label: "([^"]*)".*?(-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n)', re.DOTALL
)
_OF_AWS = frozenset(
    {
        "Amazon Root CA 1",
        "Amazon Root CA 2",
        "Amazon Root CA 3",
        "Amazon Root CA 4",
        "Starfield Services Root Certificate Authority - G2",
    }
)


def main() -> None:
    """Write those that are there; a bundle without one of them is not the one that this was written for."""
    bundle, target = Path(sys.argv[1]), Path(sys.argv[2])
    found = {label: pem for label, pem in _CERTIFICATE.findall(bundle.read_text()) if label in _OF_AWS}
    if found.keys() != _OF_AWS:
        sys.exit(f"{bundle} lacks {', '.join(sorted(_OF_AWS - found.keys()))}")
    target.write_text("".join(found.values()))


if __name__ == "__main__":
    main()
