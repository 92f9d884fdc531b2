"""Cleave's one DynamoDB table: keys, items, and the transactions that keep the promises."""
