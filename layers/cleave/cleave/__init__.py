"""Cleave: take back part of a marketplace order safely.

``domain`` holds the rules as pure functions, ``application`` the use cases, ``store`` the table's content, ``dialects``
the two wire formats and ``entry`` input from AWS. docs/architecture.md lists the allowed imports.
"""

import gc
import os

# A cold start makes 100,000 objects that stay; by default Python would search them for garbage 150 times.
gc.set_threshold(100_000, 20, 20)
# The layer has no plugin of pydantic's, and looking for one reads the metadata of every installed package.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
