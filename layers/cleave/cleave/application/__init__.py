"""The use cases: each reads what it needs, asks the domain, and has the store write the change."""
