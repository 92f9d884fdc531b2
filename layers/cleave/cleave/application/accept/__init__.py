"""Accepting: cancellations and a seller's own splits are recorded, or refused with the reason."""
