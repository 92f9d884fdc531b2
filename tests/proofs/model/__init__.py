"""A model of "split, fan out, deliver" as it is built, explored state by state. docs/protocol.md says which step is
which line of code.

One call to the table, or one request to a receiver, is one step; any other worker may go on between two steps. A worker
may die before and after each step: it forgets everything, and a lease that it holds ends later. A throttled call is one
without effect after which its worker dies. A lost answer is a call that is made, and made again by the SDK, others
acting in between. Stream records and queue messages are hints: a worker may begin on anything that is marked or due, at
any time, so late, lost, doubled and reordered hints, the scheduled function and the stream are all the same step.

What is read and then written on a condition, again if it fails, is one step: nothing can come between that counts.

Not in it: content, sizes, time to live, clocks that differ, bursts, and which of several candidates a probe prefers.
"""
