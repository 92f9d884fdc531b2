"""What DynamoDB and Lambda allow; our own bounds are derived from these where they stand.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html and
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, read in 2026.
"""

KILOBYTE = 1024

# Of a transaction: items, and bytes of all of them together.
TRANSACTION_WRITES = 100
TRANSACTION_BYTES = 4 * KILOBYTE * KILOBYTE

# Of an item, names of attributes included.
ITEM_BYTES = 400 * KILOBYTE

# Of an expression as text; placeholders for names and values are limited elsewhere, and higher.
EXPRESSION_BYTES = 4 * KILOBYTE

# Keys that one BatchGetItem takes, and bytes that one page of a query brings.
BATCH_GET_KEYS = 100
QUERY_BYTES = 1024 * KILOBYTE

# Of a sort key's value; a partition key's may have twice as many.
SORT_KEY_BYTES = KILOBYTE

# Of what a function answers, as JSON.
ANSWER_BYTES = 6 * KILOBYTE * KILOBYTE
