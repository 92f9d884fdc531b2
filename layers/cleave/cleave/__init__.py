"""Cleave: take back part of a marketplace order safely.

``domain`` holds the rules as pure functions, ``application`` the use cases, ``store`` DynamoDB, ``dialects`` the two
wire formats and ``api`` what stands between API Gateway and a handler. docs/architecture.md says what may import what.
"""

import gc

# A cold start makes 100,000 objects that all stay; by default Python looks for garbage among them 150 times.
gc.set_threshold(100_000, 20, 20)
