"""Hospital systems that talk to this one: who they are, their keys, what they may do, what they sent.

Knows nothing of cases. `counterparts` writes an integration and the account it acts as, `assertions` checks
the signed proof of a program, `tokens` are what it then calls with, `messages` is the encrypted log,
`subscriptions` are the queues of what programs are notified of.
"""

__all__ = [
    "assertions",
    "bundles",
    "cards",
    "conformance",
    "counterparts",
    "keys",
    "listener",
    "messages",
    "models",
    "own_key",
    "receiving",
    "scopes",
    "smart",
    "subscriptions",
    "tokens",
]
