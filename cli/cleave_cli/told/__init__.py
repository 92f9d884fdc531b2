"""A sample of each kind of message, made by the code that makes the real ones."""
