"""The use cases: each reads what it needs, asks the domain, and writes the answer in one transaction."""
