"""A rehearsal in its own AWS account, for everything that no test on this machine can show."""
