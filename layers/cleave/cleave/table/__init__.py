"""DynamoDB's mechanics only: typed attributes, labelled writes, failures, limits. It knows nothing about our items."""
