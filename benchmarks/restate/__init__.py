"""Restate's side of the benchmark beside a peer, which runs in an environment of its own."""
