"""Taking in: orders and packages as they come, and what their sellers say of them later."""
