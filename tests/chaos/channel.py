"""A channel over HTTP whose receiver takes the delivery's id as idempotency key."""

from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from notifications.channels.base import Channel, ChannelError, Message, Receipt

ANSWER_SECONDS = 10


class HonouringChannel(Channel):
    """Posts to the subscription's address; the receiver does one thing per key, however often it is asked."""

    name = "honouring"
    label = "honouring"

    def send(self, message: Message) -> Receipt:
        key = str(message.delivery_id)
        receiver = HTTPConnection(urlsplit(message.address).netloc, timeout=ANSWER_SECONDS)
        try:
            receiver.request("POST", "/", headers={"Idempotency-Key": key})
            status = receiver.getresponse().status
        except (HTTPException, OSError) as error:
            raise ChannelError(type(error).__name__) from error
        finally:
            receiver.close()
        if status != 200:
            raise ChannelError(f"answered {status}")
        return Receipt(reference=key)
