"""Cleave: take back part of a marketplace order safely.

``domain`` holds the rules as pure functions, ``application`` the use cases, ``store`` DynamoDB, ``dialects`` the two
wire formats and ``api`` what stands between API Gateway and a handler. docs/architecture.md says what may import what.
"""
