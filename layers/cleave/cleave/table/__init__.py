"""DynamoDB's mechanics alone: typed attributes, labelled writes, failures, limits. It knows no item of ours."""
