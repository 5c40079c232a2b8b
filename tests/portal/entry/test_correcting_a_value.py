"""One mistyped laboratory value is corrected without typing the others again."""

from datetime import datetime, timedelta

from django.test import Client
from django.urls import reverse

from accounts import clock
from portal.moments import local
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.world import ILL, World, sampled


def assessed(world: World) -> Case:
    now = clock.now()
    values = sampled({**ILL, "inr": 2.9}, now - timedelta(hours=3))
    return perform(world.register(now=now), Verb.ASSESS, actor=world.doctor, now=now, values=values)


def form_of(client: Client, case: Case) -> dict[str, str]:
    """The fields of the form that starts from the last assessment, as a browser would send them."""
    page = client.get(reverse("portal:indicators", args=[case.pk]), {"start": "last"})
    values = page.context["values"]
    typed = {name: values[name].value() for name in values.fields}
    return {name: str(value) for name, value in typed.items() if value not in (None, "")} | {
        "mark": page.context["stored"].mark
    }


def test_the_last_values_are_there_with_units_and_times(world: World, as_user: SignIn) -> None:
    case = assessed(world)
    sent = form_of(as_user(world.doctor), case)
    assert (sent["bilirubin"], sent["bilirubin_unit"], sent["inr"]) == ("310", "umol/L", "2.9")
    assert (sent["cirrhosis"], sent["encephalopathy_grade"]) == ("yes", "2")
    drawn = case.assessment.entered["sampled_at"]["inr"] if case.assessment else ""
    assert sent["sampled_at"] == local(clock.now() - timedelta(hours=3), case.hospital.zone) and drawn


def test_one_changed_value_makes_a_new_assessment_of_the_same_sample(world: World, as_user: SignIn) -> None:
    case, client = assessed(world), as_user(world.doctor)
    sent = form_of(client, case) | {"inr": "1.9", "then": "assess"}
    answer = client.post(reverse("portal:indicators", args=[case.pk]), sent)
    assert answer.status_code == 302, answer.context["values"].errors
    first, second = case.assessments.order_by("number")
    assert (first.values["inr"], second.values["inr"]) == (2.9, 1.9)
    changed = {key for key in first.values if first.values[key] != second.values.get(key)}
    assert changed == {"inr"}
    before, after = (
        datetime.fromisoformat(one.entered["sampled_at"]["bilirubin"]) for one in (first, second)
    )
    assert abs(before - after) < timedelta(minutes=1)


def test_the_wrong_assessment_can_be_marked_from_there(world: World, as_user: SignIn) -> None:
    case, client = assessed(world), as_user(world.doctor)
    page = client.get(reverse("portal:indicators", args=[case.pk]), {"start": "last"}).content.decode()
    link = reverse("portal:verb", args=[case.pk, "mark-entered-in-error"])
    assert f"{link}?assessment={case.assessment_id}" in page
    form = client.get(link, {"assessment": case.assessment_id, "reason": "wrong_values"}).content.decode()
    assert f'value="{case.assessment_id}"' in form and form.count(" checked") >= 2


def test_the_offer_to_correct_is_made_where_values_are_entered(world: World, as_user: SignIn) -> None:
    case, client = assessed(world), as_user(world.doctor)
    for name in ("indicators", "result", "case"):
        page = client.get(reverse(f"portal:{name}", args=[case.pk])).content.decode()
        assert f"{reverse('portal:indicators', args=[case.pk])}?start=last" in page
    assert (
        "start=last"
        not in as_user(world.specialist).get(reverse("portal:case", args=[case.pk])).content.decode()
    )
