"""Splitting: a package's accepted cancellations or split close it and make its successors."""
