"""Objects in a bucket of any S3-compatible store (AWS S3, MinIO, Ceph, the stores of Chinese clouds)."""

from collections.abc import Iterator
from datetime import timedelta

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from files.refusals import ContentMissing, StoreAway
from files.store.base import Listed

PATIENCE = timedelta(seconds=10)
RETRIES = 2


class S3:
    def __init__(
        self, *, endpoint: str, bucket: str, key_id: str, secret: str, region: str, style: str
    ) -> None:
        self._bucket = S3Store(
            bucket,
            endpoint=endpoint,
            access_key_id=key_id,
            secret_access_key=secret,
            region=region,
            virtual_hosted_style_request=style == "host",
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=2),
                "timeout": PATIENCE,
            },
            retry_config={"max_retries": RETRIES, "retry_timeout": PATIENCE},
        )

    def put(self, name: str, content: bytes) -> None:
        try:
            obstore.put(self._bucket, name, content)
        except (BaseError, OSError) as error:
            raise StoreAway from error

    def get(self, name: str) -> bytes:
        try:
            return bytes(obstore.get(self._bucket, name).bytes())
        except FileNotFoundError:
            raise ContentMissing from None
        except (BaseError, OSError) as error:
            raise StoreAway from error

    def delete(self, name: str) -> None:
        try:
            obstore.delete(self._bucket, name)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise StoreAway from error

    def list(self) -> Iterator[Listed]:
        try:
            for batch in obstore.list(self._bucket):
                yield from (Listed(row["path"], row["last_modified"]) for row in batch)
        except (BaseError, OSError) as error:
            raise StoreAway from error
