"""Requests out of our network: webhooks to receivers, and the checks of their addresses."""
