"""A channel over HTTP whose receiver takes the delivery's id as idempotency key."""

import httpx

from notifications.channels.base import Channel, ChannelError, Message, Receipt

ANSWER_SECONDS = 10


class HonouringChannel(Channel):
    """Posts to the subscription's address; the receiver does one thing per key, however often it is asked."""

    name = "honouring"
    label = "honouring"

    def send(self, message: Message) -> Receipt:
        key = str(message.delivery_id)
        try:
            answer = httpx.post(message.address, headers={"Idempotency-Key": key}, timeout=ANSWER_SECONDS)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise ChannelError(type(error).__name__) from error
        return Receipt(reference=key)
