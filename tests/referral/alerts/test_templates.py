"""What people read of a notification: their language, the hospital's time, nothing that names the patient."""

from django.utils import translation

from notifications.models import Notification
from referral.alerts import templates
from referral.deadlines.engine import run_cycle
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.world import HOUR, MINUTE, NOW, World


def titles(language: str) -> dict[str, str]:
    with translation.override(language):
        return {
            row.alert.kind: templates.render(row.alert.kind, row.alert.payload, language).title
            for row in Notification.objects.all()
        }


def test_a_new_request_names_the_hospital_and_the_number_and_leads_to_the_case(world: World) -> None:
    case = world.flagged(name="李秘密")
    row = Notification.objects.get(alert__kind="new_offer")
    with translation.override("en"):
        shown = templates.render(row.alert.kind, row.alert.payload, "en")
    assert shown.title == f"New referral request {case.number} from 甲"
    assert "17 May 11:15" in shown.body
    assert shown.url_path == f"/cases/{case.pk}/"


def test_every_kind_has_words_in_both_languages_and_never_a_name(world: World) -> None:
    case = world.accepted(name="李秘密", national_id="110101197001021233")
    perform(case, Verb.MESSAGE, actor=world.doctor, now=NOW + MINUTE, text="李秘密")
    run_cycle(NOW + 50 * HOUR)
    for language in ("en", "zh-hans"):
        for title in titles(language).values():
            assert "李秘密" not in title
            assert "%(" not in title


def test_reminders_that_fell_due_together_say_so(world: World) -> None:
    world.accepted()
    run_cycle(NOW + 47 * HOUR)
    row = Notification.objects.filter(alert__payload__deadline="admit").first()
    assert row is not None
    with translation.override("en"):
        assert (
            "3 reminders fell due together." in templates.render(row.alert.kind, row.alert.payload, "en").body
        )


def test_a_message_gives_the_band_and_says_that_its_model_is_provisional(world: World) -> None:
    world.flagged()
    row = Notification.objects.get(alert__kind="new_offer")
    with translation.override("en"):
        shown = templates.render(row.alert.kind, row.alert.payload, "en")
        unscored = templates.render(row.alert.kind, {**row.alert.payload, "band": ""}, "en")

    assert "Risk: " in shown.body and "Provisional: " in shown.body
    assert "Risk" not in unscored.body


def test_a_carriers_template_finds_number_hospital_and_time(world: World) -> None:
    case = world.flagged()
    row = Notification.objects.get(alert__kind="new_offer")

    with translation.override("zh-hans"):
        details = templates.render(row.alert.kind, row.alert.payload, "zh-hans").parameters

    assert {name: details[name] for name in ("number", "hospital", "due")} == {
        "number": case.number,
        "hospital": "甲",
        "due": "5月17日 11:15",
    }
