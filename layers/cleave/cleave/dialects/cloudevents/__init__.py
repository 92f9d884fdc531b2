"""Domain events for a marketplace's own systems, as CloudEvents 1.0 in structured JSON."""
