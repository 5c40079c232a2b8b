"""Each case gets what its own hospital wrote of the patient; who was one patient before is one person now."""

from typing import Any

from django.db import migrations

from accounts.encryption import blind_index
from referral.identity.national_id import canonical
from referral.identity.placeholders import is_no_national_id, is_no_number
from referral.identity.text import folded_name, folded_number


def part(apps: Any, schema_editor: Any) -> None:
    patients, persons = apps.get_model("referral", "Patient"), apps.get_model("referral", "Person")
    for patient in patients.objects.iterator():
        cases = list(patient.cases.order_by("registered_at"))
        person = persons.objects.create(pk=patient.pk, network_id=patient.network_id) if cases else None
        written, by = dict(patient.identity), patient.local_number_index
        for case in cases:
            row = patient if case is cases[0] else patients(network_id=patient.network_id, sex=patient.sex)
            row.identity = _of_hospital(written, case.hospital_id, by)
            _index(row, case.hospital_id)
            row.save()
            case.person, case.patient = person, row
            case.save(update_fields=["person", "patient"])
        if not cases:
            patient.delete()


def _of_hospital(identity: dict[str, str], hospital: object, local_index: str | None) -> dict[str, str]:
    """The identity without a number that another hospital gave."""
    number = identity.get("local_number", "")
    if number and blind_index("local_number", str(hospital), number) != local_index:
        return {name: value for name, value in identity.items() if name != "local_number"}
    return identity


def _index(row: Any, hospital: object) -> None:
    national, local = row.identity.get("national_id", ""), row.identity.get("local_number", "")
    row.national_id_index = (
        None if is_no_national_id(national) else blind_index("national_id", canonical(national))
    )
    row.local_number_index = (
        None if is_no_number(local) else blind_index("local_number", str(hospital), folded_number(local))
    )
    row.name_index = blind_index("name", folded_name(row.identity["name"]))


class Migration(migrations.Migration):
    dependencies = [("referral", "0023_persons")]

    operations = [migrations.RunPython(part, migrations.RunPython.noop)]
