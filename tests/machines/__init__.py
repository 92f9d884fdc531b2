"""Clean machines: what a newcomer's first commands do where nothing is installed yet."""
