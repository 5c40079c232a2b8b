"""Pictures and documents of a case: who adds and reads them, what the case says of it."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from files.models import StoredFile
from notifications.models import Notification
from referral.intake.case_files import add_to_case
from referral.models import CaseFile
from referral.pathway.perform import perform, usable_verbs
from referral.pathway.refusals import AccessError, FilesAway, InputError, VerbNotAllowed
from referral.pathway.vocabulary import Verb
from referral.queries import case_files, cases
from tests.files.pictures import jpeg, png
from tests.referral.case_files import added, added_and_checked, picture
from tests.world import HOUR, MINUTE, NOW, World


def test_a_file_is_attached_by_a_verb_and_is_forgotten_no_more(world: World) -> None:
    case = world.flagged()
    row = added(case, world.doctor, caption="血气", taken_at=NOW - HOUR)
    assert (row.kind, row.caption, row.taken_at, row.added_at) == ("laboratory", "血气", NOW - HOUR, NOW)
    assert row.file.kept_until is None
    event = case.events.get(what=Verb.ADD_FILE)
    assert event.details == {"file": str(row.pk), "kind": "laboratory"}
    assert "血气" not in str(event.details)


def test_the_same_content_again_is_the_file_that_is_there(world: World) -> None:
    case = world.flagged()
    assert added(case, world.doctor).pk == added(case, world.doctor).pk
    assert case.files.count() == case.events.filter(what=Verb.ADD_FILE).count() == 1


def test_a_file_of_one_case_may_be_with_another_too(world: World) -> None:
    first, second = world.flagged(), world.flagged(name="别人")
    assert added(first, world.doctor).pk != added(second, world.doctor).pk


def test_a_case_has_thirty_files_at_most(world: World) -> None:
    case = world.flagged()
    for number in range(30):
        added(case, world.doctor, content=picture(number))
    with pytest.raises(InputError, match="file: too_many"):
        added(case, world.doctor, content=png())


def test_what_is_refused_is_said_at_the_file_and_the_case_goes_on(world: World) -> None:
    case = world.flagged()
    with pytest.raises(InputError, match="file: svg"):
        added(case, world.doctor, content=b"<svg/>")
    with pytest.raises(InputError, match="kind: required"):
        added(case, world.doctor, kind="")
    with pytest.raises(InputError, match="taken_at: in_future"):
        added(case, world.doctor, taken_at=NOW + HOUR)
    assert not case.files.exists()
    perform(case, Verb.ACCEPT, actor=world.specialist, now=NOW)


def test_a_store_that_is_away_holds_nothing_else_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = world.flagged()
    monkeypatch.setattr("files.store.disk.os.fsync", _full)
    with pytest.raises(FilesAway):
        added(case, world.doctor)
    assert not case.files.exists()
    perform(case, Verb.ACCEPT, actor=world.specialist, now=NOW)


def _full(_handle: int) -> None:
    raise OSError(28, "No space left on device")


def test_only_those_of_the_case_add_files_and_only_to_an_open_one(world: World) -> None:
    case = world.flagged()
    assert Verb.ADD_FILE in usable_verbs(world.specialist, case)
    for stranger in (world.other_doctor, world.second_specialist, world.researcher):
        with pytest.raises(AccessError):
            added(case, stranger)
    assert not StoredFile.objects.exists()
    perform(case, Verb.RECORD_DEATH, actor=world.doctor, now=NOW)
    with pytest.raises(VerbNotAllowed):
        added(case, world.doctor)


def test_a_file_of_somebody_else_is_not_attached_by_its_id(world: World) -> None:
    mine, theirs = world.flagged(), world.flagged(name="别人")
    file = added(mine, world.doctor).file
    with pytest.raises(InputError, match="id: id_taken"):
        from files.intake import Sent

        sent = Sent(file.pk, "x", jpeg())
        add_to_case(user=world.specialist, case=theirs, sent=sent, inputs={"kind": "ecg"}, now=NOW)


def test_who_does_not_see_the_case_sees_no_file(world: World) -> None:
    case = world.flagged()
    row = added_and_checked(case, world.doctor)
    for reader in (world.doctor, world.specialist, world.coordinator):
        assert case_files.read_part(reader, row.pk, "page", 1, now=NOW)
    for stranger in (world.other_doctor, world.second_specialist, world.researcher, world.administrator):
        with pytest.raises(CaseFile.DoesNotExist):
            case_files.read_part(stranger, row.pk, "page", 1, now=NOW)
    perform(case, Verb.DECLINE, actor=world.specialist, now=NOW, reason="no_bed")
    with pytest.raises(CaseFile.DoesNotExist):
        case_files.read_part(world.specialist, row.pk, "page", 1, now=NOW)


def test_every_reading_of_content_is_on_the_audit_trail(world: World) -> None:
    case = world.flagged()
    row = added_and_checked(case, world.doctor)
    case_files.read_part(world.specialist, row.pk, "page", 1, now=NOW)
    entry = AuditEntry.objects.get(subject_type="file", subject_id=str(row.pk))
    assert (entry.actor, entry.network, entry.action) == (world.specialist, world.network, "read")
    assert entry.detail == {"part": "page", "number": 1, "case": str(case.pk)}


def test_nothing_is_seen_before_its_check(world: World) -> None:
    row = added(world.flagged(), world.doctor)
    for role in ("original", "page", "preview"):
        with pytest.raises(CaseFile.DoesNotExist):
            case_files.read_part(world.doctor, row.pk, role, 0, now=NOW)


def test_content_that_is_gone_is_said_to_be_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = added_and_checked(world.flagged(), world.doctor)
    from files.store import store

    for part in row.file.parts.all():
        store().delete(part.object_name)
    with pytest.raises(FilesAway):
        case_files.read_part(world.doctor, row.pk, "page", 1, now=NOW)


def test_a_file_entered_in_error_stays_on_record_and_counts_no_more(world: World) -> None:
    case = world.flagged()
    row = added(case, world.doctor)
    perform(case, Verb.RETRACT_FILE, actor=world.doctor, now=NOW, file=row, reason="wrong_patient")
    row.refresh_from_db()
    assert (row.error_at, row.error_by, row.error_reason) == (NOW, world.doctor, "wrong_patient")
    assert not case.files.counting().exists()
    with pytest.raises(InputError):
        perform(case, Verb.RETRACT_FILE, actor=world.doctor, now=NOW, file=row, reason="other")
    assert added(case, world.doctor).pk != row.pk


def test_the_other_side_is_told_of_the_first_of_several(world: World) -> None:
    case = world.flagged()

    def notifications_sent() -> int:
        rows = Notification.objects.filter(recipient=world.specialist, alert__payload__verb=Verb.ADD_FILE)
        return rows.count()

    for number in range(3):
        added(case, world.doctor, content=picture(number), now=NOW + number * MINUTE)
    assert notifications_sent() == 1
    last = NOW + 2 * MINUTE
    for number, seconds, notices in ((4, 599, 1), (5, 599 + 600, 2), (6, 599 + 600 + 599, 2)):
        added(case, world.doctor, content=picture(number), now=last + timedelta(seconds=seconds))
        assert notifications_sent() == notices


def test_what_came_since_one_last_looked_is_new_to_oneself_alone(world: World) -> None:
    case = world.flagged()
    added(case, world.doctor, content=picture(1))

    def news(user: object) -> tuple[bool, list[bool]]:
        listed = cases.placed(user).get(pk=case.pk)  # type: ignore[arg-type]
        return listed.has_new_files, [row.is_new for row in case_files.of_case(case, user)]  # type: ignore[arg-type]

    assert news(world.specialist) == (True, [True])
    assert news(world.doctor) == (False, [False])
    case_files.note_look(world.specialist, case, NOW + MINUTE)
    assert news(world.specialist) == (False, [False])
    added(case, world.doctor, content=picture(2), now=NOW + HOUR)
    assert news(world.specialist) == (True, [True, False])
    assert cases.placed(world.lead).get(pk=case.pk).file_count == 2
