"""Subscribing: an owner's webhooks, with their targets, messages and secrets."""
