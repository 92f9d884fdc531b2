"""Intake: new orders and packages, and later reports about them."""
