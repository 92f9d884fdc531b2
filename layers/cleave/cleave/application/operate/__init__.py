"""Operating: what a schedule does and measures."""
