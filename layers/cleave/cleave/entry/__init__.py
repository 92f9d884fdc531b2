"""What stands between API Gateway and a handler: the call, the caller, the answer."""
