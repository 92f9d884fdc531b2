"""A receiver to try webhooks with: it takes each message, and prints what it says of the packages.

It verifies no signature, which a receiver of yours has to: docs/webhooks.md says how.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8099


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        for package in message.get("content", [message]):
            for line in package["lines"]:
                units = f"{line['quantity']} {line['stockCode']} {line['orderLineItemStatusName']}"
                sys.stdout.write(f"{package['orderNumber']} {package['status']} {units}\n")
                sys.stdout.flush()
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


HTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
