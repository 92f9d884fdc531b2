"""Between AWS and a handler: the call, the caller, the answer."""
