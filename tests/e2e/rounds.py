"""The round of pages that the browser makes: every page of the product, and who opens it where.

`tests/contract/test_adding_a_page.py` names the pages that nobody opens.
"""

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from accounts import clock
from accounts.ids import new_id
from notifications.models import Delivery
from portal.models import FormDraft
from portal.pages.wall.screens import add_screen
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.practice.network import make_practice_network
from referral.queries.hand_over_codes import make_code
from tests.referral.case_files import added_and_checked
from tests.world import HOUR, MINUTE, WELL, World, make_deliveries, sampled

NOWHERE = "/nowhere/"


@transaction.atomic
def furnish(world: World) -> tuple[Case, Case]:
    """Cases in several states; gives the offered one, whose acknowledgement is late, and the accepted one.

    The engine sees all of it or nothing: an offer of the past would expire before the ward accepts it.
    """
    now = clock.now()
    offered = world.flagged(now=now - 20 * MINUTE, name="测试甲")
    accepted = world.accepted(now=now - 10 * MINUTE, name="测试乙")
    perform(accepted, Verb.MESSAGE, actor=world.doctor, now=now, text="Drowsy since six")
    perform(accepted, Verb.MESSAGE, actor=world.specialist, now=now, text="Send her")
    world.register(now=now - 5 * HOUR, name="测试丙")
    world.admitted(now=now - 10 * MINUTE, name="测试丁")
    return offered, accepted


@transaction.atomic
def overdue(world: World) -> Case:
    """A case whose long lateness has to fit on the screen."""
    return world.admitted(now=clock.now() - 61 * HOUR - 14 * MINUTE, name="测试戊")


def pages_of(world: World) -> Iterator[tuple[Any, str]]:
    """Who opens what."""
    offered, accepted = furnish(world)
    yield None, "/accounts/login/"
    for path in ("/", "/cases/new/", f"/cases/{accepted.pk}/", f"/cases/{accepted.pk}/letter/"):
        yield world.doctor, path
    for path in ("/inbox/", "/me/", "/about/", f"/cases/{offered.pk}/result/"):
        yield world.doctor, path
    for verb in ("depart", "withdraw", "end-referral", "mark-entered-in-error", "correct-first-visit"):
        yield world.doctor, f"/cases/{accepted.pk}/{verb}/"
    for path in ("/board/", "/board/?tab=window-2", "/board/?tab=follow-up", f"/cases/{offered.pk}/"):
        yield world.specialist, path
    yield world.specialist, f"/cases/{offered.pk}/decline/"
    yield world.lead, f"/board/wards/{world.ward.pk}/"
    yield world.lead, f"/board/wards/{world.ward.pk}/duty/"
    for path in ("/operations/", "/operations/deliveries/", "/operations/deliveries/?state=sent"):
        yield world.administrator, path
    yield world.specialist, f"/cases/{accepted.pk}/arrival/"
    for path in ("/board/", "/morning/"):
        yield world.coordinator, path
    for path in ("", "models/", "research/", "notifications/"):
        yield world.coordinator, f"/statistics/{path}"
    yield world.researcher, "/statistics/?by=hospital"
    yield world.coordinator, f"/cases/{offered.pk}/redirect/"
    yield world.coordinator, f"/cases/{accepted.pk}/extend/"
    yield world.coordinator, f"/cases/{overdue(world).pk}/"


@transaction.atomic
def follow(world: World) -> tuple[Case, Case, Case]:
    """Cases in the ward, referred back, and watched through a row of assessments."""
    now = clock.now()
    watched = world.watched(now - 20 * HOUR, name="测试庚")
    for hours in (12, 8, 4):
        at = now - hours * HOUR
        values = sampled({**WELL, "bilirubin": 60 + hours}, at)
        perform(watched, Verb.ASSESS, actor=world.doctor, now=at, values=values)
    return (
        world.admitted(now - 2 * HOUR, name="测试辛"),
        world.returned(now - 3 * HOUR, name="测试壬"),
        watched,
    )


def pages_on_the_way_of(world: World) -> Iterator[tuple[Any, str]]:
    """Who opens what of a case after its referral, and what is nobody's case."""
    admitted, returned, watched = follow(world)
    for part in ("", "trends/", "indicators/"):
        yield world.doctor, f"/cases/{watched.pk}/{part}"
    for path in (
        f"/cases/{returned.pk}/",
        f"/cases/{returned.pk}/back-letter/",
        "/calculator/",
        "/evidence/",
    ):
        yield world.doctor, path
    for path in ("/accounts/2fa/", "/accounts/password/change/", "/offline/", "/?tab=closed", NOWHERE):
        yield world.doctor, path
    for part in ("ward/", "ward/checklist/", "assess-organ-failure/", "diagnose/", "back-refer/"):
        yield world.specialist, f"/cases/{admitted.pk}/{part}"
    for user in (world.second_specialist, world.other_doctor):
        yield user, "/inbox/"
    yield world.second_specialist, "/board/?tab=follow-up"
    yield world.lead, "/me/"
    yield None, "/accounts/password/reset/"


@transaction.atomic
def lay_out(world: World) -> tuple[Case, str]:
    """A case on its way with a picture, and the address of its picture."""
    now = clock.now()
    left = world.accepted(now - HOUR, name="测试子")
    perform(left, Verb.DEPART, actor=world.doctor, now=now, expected_arrival_at=now + HOUR)
    file = added_and_checked(left, world.doctor, now=now)
    make_deliveries(now)
    return left, f"/cases/{left.pk}/files/{file.pk}/"


def pages_beside_the_pathway(world: World) -> Iterator[tuple[Any, str]]:
    """Who opens what of files, places, screens and figures, and of their own account."""
    (left, picture), now = lay_out(world), clock.now()
    draft = FormDraft.objects.create(
        user=world.doctor, page="/cases/new/", subject=new_id(), typed=[], version=1, saved_at=now
    )
    for path in ("/search/", "/places/", "/me/sessions/", "/me/tokens/new/", f"/drafts/{draft.pk}/discard/"):
        yield world.doctor, path
    for path in (f"/cases/{left.pk}/files/", picture, f"/cases/{left.pk}/replay/"):
        yield world.doctor, path
    yield world.doctor, "/models/aclf8-provisional/"
    yield world.specialist, f"/hand-over/{make_code(left.pk)}/"
    yield world.lead, f"/board/wards/{world.ward.pk}/screens/"
    _screen, link = add_screen(ward=world.ward, actor=world.lead, name="corridor", shows_names=False, now=now)
    yield None, f"/wall/open/{link}/"
    yield world.coordinator, "/statistics/stays/"
    yield world.administrator, f"/operations/deliveries/{Delivery.objects.earliest('pk').pk}/"
    practice = make_practice_network(domain="practice.example", password=None, now=now)
    yield practice.accounts["practice-specialist"], "/practice/"


ROUNDS = (pages_of, pages_on_the_way_of, pages_beside_the_pathway)
