"""A case that was stored a moment ago, with what `cases.cases` would read of it, from memory."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Model

from referral.models import Case, Deadline, Event, Offer
from referral.pathway.vocabulary import Verb
from referral.queries.referral_reasons import SPEAKING


def keep_loaded(
    case: Case, *, offers: Sequence[Offer], deadlines: Iterable[Deadline], events: Iterable[Event]
) -> None:
    """Let `case`, which has just begun with these rows, answer whoever registered it without a query.

    Nothing else can be there yet: no file, no talk, no question, no record of a ward, nothing retracted.
    """
    lines = list(events)
    in_order = sorted(deadlines, key=lambda row: (row.due_at, row.pk))
    _keep(case, {"offers": offers, "questions": [], "deadlines": in_order})
    for relation in Case._meta.related_objects:
        if relation.one_to_one and not relation.is_cached(case):
            relation.set_cached_value(case, None)
    vars(case).update(
        has_mistakes=False,
        valued_assessments=[case.assessment] if case.assessment else [],
        referring_events=[event for event in lines if event.what in SPEAKING],
        is_without_background=all(event.what != Verb.STATE_BACKGROUND for event in lines),
    )


def _keep(case: Case, related: Mapping[str, Sequence[Model]]) -> None:
    """What prefetching leaves on a case."""
    querysets = {name: getattr(case, name).all() for name in related}
    for name, rows in related.items():
        querysets[name]._result_cache, querysets[name]._prefetch_done = list(rows), True
    vars(case).setdefault("_prefetched_objects_cache", {}).update(querysets)
