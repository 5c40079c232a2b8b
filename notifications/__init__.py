"""From "this person is to hear of that" to the message in their hand. Knows nothing of cases.

`outbox` stores with the change what is to be sent, `delivery` sends it through `channels`, `contacts` knows
how a person is reached, `live` tells open pages, `reports` and `calls` take what comes back from carriers.
"""
