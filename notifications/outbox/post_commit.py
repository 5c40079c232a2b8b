"""What happens right after a commit: hints to open pages and to the workers. None of it is work."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from notifications.live.publishing import Update, publish_all
from notifications.outbox import hints
from notifications.outbox.store import Stored

if TYPE_CHECKING:
    from notifications.types import Notice


def publish_and_hint(posted: Sequence[tuple["Notice", Stored]]) -> None:
    """Make open pages look again, once per subject, and tell the workers what waits."""
    topics: dict[tuple[str, str], set[str]] = {}
    for notice, stored in posted:
        heard = topics.setdefault((notice.subject_type, notice.subject_id), set())
        heard.update(notice.topics, [f"user:{stored.recipient_id}"])
    publish_all(
        Update(topics=frozenset(heard), kind="notification", ids={subject_type: subject_id})
        for (subject_type, subject_id), heard in topics.items()
    )
    hints.hint(stored.waiting for _notice, stored in posted)
