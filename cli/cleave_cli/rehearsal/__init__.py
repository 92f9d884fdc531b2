"""A rehearsal in an account of its own: what no test on this machine can show."""
