"""The network of the month: six first hospitals, three wards of four beds, their people and telephones."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from accounts.models import Catchment, DutyShift, Hospital, Membership, Network, Role, User, Ward
from notifications.models import Subscription
from referral.models import PathwayPolicy

HOSPITALS, WARDS, BEDS = 6, 3, 4
PHONES = ("sms", "voice")


@dataclass
class Places:
    """`equipped`: wards state their beds and full ones are passed over, calls say a code, carriers report."""

    network: Network
    equipped: bool
    hospitals: list[Hospital] = field(default_factory=list)
    wards: list[Ward] = field(default_factory=list)
    doctors: dict[object, User] = field(default_factory=dict)
    staff: dict[object, list[User]] = field(default_factory=dict)
    coordinator: User | None = None


def build(now: datetime, *, equipped: bool) -> Places:
    """The rows, in a network of their own."""
    name = "equipped" if equipped else "bare"
    places = Places(Network.objects.create(name_zh=name), equipped)
    begun = now - timedelta(days=1)
    PathwayPolicy.objects.create(
        network=places.network, version=1, created_at=begun, in_force_from=begun, passes_over_full=equipped
    )
    tertiary = Hospital.objects.create(network=places.network, name_zh=f"T-{name}", level="tertiary")
    for number in range(WARDS):
        _ward(places, tertiary, f"{name}-{number}")
    for number in range(HOSPITALS):
        _hospital(places, f"{name}-{number}", number)
    places.coordinator = _person(f"coordinator-{name}", Role.COORDINATOR, network=places.network)
    return places


def _ward(places: Places, hospital: Hospital, name: str) -> None:
    ward = Ward.objects.create(hospital=hospital, name_zh=f"W-{name}", phone="1", beds=BEDS)
    duty = _person(f"duty-{name}", Role.SPECIALIST, ward=ward)
    lead = _person(f"lead-{name}", Role.WARD_LEAD, ward=ward)
    DutyShift.objects.bulk_create(
        DutyShift(ward=ward, user=duty, weekday=day, starts=time(0), ends=time(0)) for day in range(7)
    )
    places.wards.append(ward)
    places.staff[ward.pk] = [duty, lead]


def _hospital(places: Places, name: str, number: int) -> None:
    hospital = Hospital.objects.create(
        network=places.network, name_zh=f"H-{name}", level="primary", phone="1"
    )
    for rank in range(WARDS):
        ward = places.wards[(number + rank) % WARDS]
        Catchment.objects.create(hospital=hospital, ward=ward, rank=rank + 1)
    places.hospitals.append(hospital)
    places.doctors[hospital.pk] = _person(f"doctor-{name}", Role.REFERRING_CLINICIAN, hospital=hospital)


def _person(name: str, role: Role, **place: object) -> User:
    user = User.objects.create_user(f"{name}@month.example", name=name)
    Membership.objects.create(user=user, role=role, **place)
    for channel in PHONES:
        Subscription.objects.create(user=user, channel=channel, address=f"+86139{user.pk.int % 10**8:08}")
    return user
