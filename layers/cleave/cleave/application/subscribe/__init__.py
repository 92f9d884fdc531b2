"""Subscribing: who is told, where, of what, and with which secrets."""
