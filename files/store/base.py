"""What a store can do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Listed:
    """An object that is there, and when the store wrote it."""

    name: str
    written_at: datetime


class Store(Protocol):
    """Objects by name. A name is written once; every method raises StoreAway where the store fails."""

    def put(self, name: str, content: bytes) -> None:
        """Write an object whole or not at all; it is on the disk when this returns."""

    def get(self, name: str) -> bytes:
        """The content of an object. Raises ContentMissing where there is none."""

    def delete(self, name: str) -> None:
        """Remove an object; one that is not there is removed already."""

    def list(self) -> Iterator[Listed]:
        """Every object that is there."""
