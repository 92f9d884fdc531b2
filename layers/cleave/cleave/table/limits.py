"""Limits of DynamoDB and Lambda. Our own limits are derived from these where they are defined.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html and
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, read in 2026.
"""

KILOBYTE = 1024

# The most items of a transaction, and their bytes.
TRANSACTION_WRITES = 100
TRANSACTION_BYTES = 4 * KILOBYTE * KILOBYTE

# The most bytes of an item, with the names of its attributes.
ITEM_BYTES = 400 * KILOBYTE

# The most bytes of an expression's text; placeholders have other, higher limits.
EXPRESSION_BYTES = 4 * KILOBYTE

# The most keys of a BatchGetItem, and the most bytes of a query's page.
BATCH_GET_KEYS = 100
QUERY_BYTES = 1024 * KILOBYTE

# The most bytes of a sort key; a partition key may have twice as many.
SORT_KEY_BYTES = KILOBYTE

# The most bytes of a function's answer, as JSON.
ANSWER_BYTES = 6 * KILOBYTE * KILOBYTE
