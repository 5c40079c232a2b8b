"""The demo's hospitals, wards and catchments. Every name says that it is a demo."""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.models import Catchment, Hospital, Network, Ward

NETWORK = ("演示转诊网络（虚构）", "Demo referral network (fictitious)")


@dataclass(frozen=True, slots=True)
class Place:
    """A hospital or ward to be made. `asks`: wards in the order in which a first hospital asks them,
    `minutes`: how long the way to each takes."""

    zh: str
    en: str
    phone: str
    level: Hospital.Level = Hospital.Level.TERTIARY
    asks: tuple[str, ...] = ()
    minutes: tuple[int, ...] = ()
    inside: str = ""
    beds: int = 0


HOSPITALS: Mapping[str, Place] = {
    "town": Place(
        "甲镇中心卫生院（演示）",
        "Town A Health Centre (demo)",
        "000-0001-0001",
        Hospital.Level.PRIMARY,
        asks=("first", "second"),
        minutes=(90, 120),
    ),
    "county": Place(
        "乙县人民医院（演示）",
        "County B People's Hospital (demo)",
        "000-0002-0001",
        Hospital.Level.SECONDARY,
        asks=("first", "second"),
        minutes=(60, 75),
    ),
    "university": Place(
        "丙大学附属医院（演示）",
        "University Hospital C (demo)",
        "000-0003-0120",
        asks=("second", "first"),
        minutes=(5, 25),
    ),
    "liver": Place("丁医科大学附属医院（演示）", "Medical University Hospital D (demo)", "000-0004-0001"),
}
WARDS: Mapping[str, Place] = {
    "first": Place(
        "丁院肝衰竭专病病房（演示）",
        "Hospital D Liver Failure Ward (demo)",
        "000-0004-0808",
        inside="liver",
        beds=24,
    ),
    "second": Place(
        "丙院肝病专病病房（演示）",
        "Hospital C Hepatology Ward (demo)",
        "000-0003-0909",
        inside="university",
        beds=16,
    ),
}


@dataclass(frozen=True, slots=True)
class Places:
    network: Network
    hospitals: Mapping[str, Hospital]
    wards: Mapping[str, Ward]


def make_places() -> Places:
    """The network with its hospitals, wards and catchments; what exists already is left as it is."""
    network, _ = Network.objects.get_or_create(name_zh=NETWORK[0], defaults={"name_en": NETWORK[1]})
    hospitals = {
        key: Hospital.objects.get_or_create(
            network=network,
            name_zh=place.zh,
            defaults={"name_en": place.en, "level": place.level, "phone": place.phone},
        )[0]
        for key, place in HOSPITALS.items()
    }
    wards = {
        key: Ward.objects.get_or_create(
            hospital=hospitals[place.inside],
            name_zh=place.zh,
            defaults={"name_en": place.en, "phone": place.phone, "beds": place.beds},
        )[0]
        for key, place in WARDS.items()
    }
    for key, place in HOSPITALS.items():
        for rank, (ward, minutes) in enumerate(zip(place.asks, place.minutes, strict=True), 1):
            Catchment.objects.get_or_create(
                hospital=hospitals[key],
                ward=wards[ward],
                defaults={"rank": rank, "travel_minutes": minutes},
            )
    return Places(network, hospitals, wards)
