"""How long what is not sent yet is kept, and how long it may still arrive a second time."""

from datetime import timedelta

UNSENT_KEPT_FOR = timedelta(days=3)
"""How long a telephone, a browser or a draft on the server keeps what somebody typed and has not sent."""

ANSWERS_KEPT_FOR = UNSENT_KEPT_FOR + timedelta(days=1)
"""How long the answer to something sent once is kept: longer than any device tries again, its clock and the
last attempt before the network went included."""
