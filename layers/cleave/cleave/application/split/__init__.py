"""Splitting: what was accepted on a package becomes its end and its successors."""
