"""Trendyol's dialect: package ids, page envelopes, epoch milliseconds."""
