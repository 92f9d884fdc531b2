"""Telling: events become deliveries, deliveries become requests to receivers."""
