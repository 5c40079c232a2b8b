"""What happens to accounts, for those who tell people about it and close what is open."""

from django.dispatch import Signal

security_event = Signal()
"""Something that a person should know of, so that they notice what was not them. Sent inside the transaction.

Arguments: `user`; `event`, a code; `now`; `about`, a mapping of ids (sign_in, token) by which it is told.
"""

access_ended = Signal()
"""What opened an account on some devices opens nothing any more. Sent inside the transaction that ends it.

Arguments: `user`; `devices`, the ids of those devices, None for all; `for_good`, whether what these devices
were registered for ends with it, because it was not the person there who signed out.
"""

signed_in = Signal()
"""A person signed in on a device, or stays signed in there with a new password. Arguments: `user`; `device`,
its id. Sent inside the transaction."""
