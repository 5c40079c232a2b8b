"""The tables of the whole journey in one file: CSV, Parquet where it can be written, and dictionaries."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import Any

from django.utils.translation import gettext_lazy, override

from portal.csv_files import csv_lines
from referral.statistics.reports.journey import CASES, Journey, columns_of
from referral.statistics.reports.journey_columns import (
    DICTIONARY_HEADER,
    REDCAP_HEADER,
    journey_dictionary,
    redcap_dictionary,
    type_of,
)

FIGURES = (
    gettext_lazy("cases"),
    gettext_lazy("cases that wait for a later file, because fewer than five persons are new"),
    gettext_lazy("k: least number of persons who look alike in all tables together"),
    gettext_lazy("share of cells given less exactly or left out"),
)


def writes_parquet() -> bool:
    """Whether the extra `parquet` is installed."""
    return find_spec("pyarrow") is not None


def tables_file(journey: Journey) -> bytes:
    """A ZIP file: `csv/` and `parquet/` with a file a table, `dictionary.csv`, `redcap.csv`, `about.csv`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for table, lines in {**journey.tables, **journey.of_many}.items():
            columns = columns_of(table)
            rows = ([line.get(name) for name in columns] for line in lines)
            archive.writestr(f"csv/{table}.csv", _csv(columns, rows))
            if writes_parquet():
                archive.writestr(f"parquet/{table}.parquet", _parquet(table, columns, lines))
        archive.writestr("dictionary.csv", _csv(DICTIONARY_HEADER, journey_dictionary()))
        archive.writestr("redcap.csv", _csv(REDCAP_HEADER, redcap_dictionary()))
        archive.writestr("about.csv", _csv(("what", "figure", "what_zh"), about(journey)))
    return packed.getvalue()


def about(journey: Journey) -> list[tuple[str, Any, str]]:
    """What was measured of the file, named in English and Chinese."""
    with override("en"):
        names = list(map(str, FIGURES))
    with override("zh-hans"):
        names_zh = map(str, FIGURES)
        figures = (len(journey.tables[CASES]), journey.waiting, journey.k, round(journey.blurred, 4))
        return list(zip(names, figures, names_zh, strict=True))


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    return "".join(csv_lines(header, rows))


def _parquet(table: str, columns: Sequence[str], lines: Sequence[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {
        name: pa.array([_number(line.get(name)) for line in lines], pa.float64())
        if type_of(table, name) == "number"
        else pa.array([_text(line.get(name)) for line in lines], pa.string())
        for name in columns
    }
    written = io.BytesIO()
    pq.write_table(pa.table(arrays), written, compression="zstd")
    return written.getvalue()


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
