"""events/: each function's events as Lambda passes them, made from the documented examples."""
