"""How well photographed laboratory sheets are read: drawn sheets in eight layouts, distorted, with decoys.

`python -m bench.reading` draws the sheets, reads each in one process on one core, and compares what is
proposed with what was drawn. The number that matters is how many wrong proposals carry no doubt. What was
read of each sheet is kept in bench/results/reading/ as long as the code that draws and reads is the same, so
that an interrupted run goes on where it was.
"""

import hashlib
import json
import resource
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bench import report, rig
from bench.report import Figure
from labs import second_look
from labs.drawing import draw_sheet
from labs.geometry import rows_of
from labs.pages import Page, report_of
from labs.pictures.ocr import read_again, read_words
from labs.pictures.sheets import flattened
from labs.report import Report
from labs.second_look import Second, looked_again
from labs.words import Word

SHEETS = 320
KEPT = report.RESULTS / "reading"
ROOM = Path(second_look.__file__).parent
MADE_BY = ("words.py", "pictures/ocr.py", "pictures/sheets.py", "drawing/*.py")

TARGET_SECONDS = 6.0
TARGET_MEGABYTES = 1000
TARGET_PRECISION = 0.98
TARGET_RECALL = 0.95


@dataclass(slots=True)
class Tally:
    """What became of the drawn values: `drawn`, and proposals `right`, `wrong`, and `silent`: wrong without a
    doubt. `doubted`: right, and doubted. `confidences`: (certainty of the print, right).
    """

    drawn: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    silent: list[str] = field(default_factory=list)
    doubted: int = 0
    header: Counter[str] = field(default_factory=Counter)
    confidences: list[tuple[float, bool]] = field(default_factory=list)


def code() -> str:
    """A digest of everything that draws a sheet and reads its words."""
    files = sorted(file for pattern in MADE_BY for file in ROOM.glob(pattern))
    parts = [file.read_bytes() for file in files]
    parts += [
        version(name).encode() for name in ("rapidocr", "onnxruntime", "opencv-python-headless", "pillow")
    ]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def read_sheet(seed: int, made_by: str) -> dict[str, Any]:
    """The words of a drawn sheet, those with digits read twice, and what they cost."""
    file = KEPT / f"{seed}.json"
    if file.exists() and (kept := json.loads(file.read_text()))["made_by"] == made_by:
        return kept  # type: ignore[no-any-return]
    sheet = draw_sheet(seed)
    picture = np.ascontiguousarray(np.asarray(sheet.picture)[:, :, ::-1])
    start = time.process_time()
    page, words = read_words(flattened(picture))
    seconds = time.process_time() - start
    numbers = [place for place, word in enumerate(words) if any(sign.isdigit() for sign in word.text)]
    again = read_again(page, [words[place] for place in numbers])
    line = {
        "made_by": made_by,
        "truth": sheet.truth(),
        "words": [asdict(word) for word in words],
        "again": dict(zip(map(str, numbers), again, strict=True)),
        "seconds": seconds,
        "seconds_again": time.process_time() - start - seconds,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    file.write_text(json.dumps(line, ensure_ascii=False))
    return line


def read_again_from(line: Mapping[str, Any]) -> Report:
    """The report of a sheet from its kept words, by the code of today."""
    words = [_word(kept) for kept in line["words"]]
    texts = {id(words[int(place)]): text for place, text in line["again"].items()}
    second = Second(lambda asked: [texts.get(id(word), "") for word in asked])
    page = Page(list(rows_of(words)), look_again=lambda pairs: looked_again(pairs, second))
    return report_of([page], "photo")


def _word(kept: Mapping[str, Any]) -> Word:
    corners = tuple((float(x), float(y)) for x, y in kept["corners"])
    return Word(**{**kept, "corners": corners})


def compare(line: Mapping[str, Any], seed: int, tally: Tally) -> None:
    """Count what was proposed against what was drawn."""
    truth, read = line["truth"], read_again_from(line)
    for name, value in {**truth["patient"], "sampled_at": truth["sampled_at"]}.items():
        said = read.sampled_at if name == "sampled_at" else read.patient.as_dict().get(name)
        tally.header[f"{name} {'right' if said == value else 'not right'}"] += 1
    drawn = {finding["input"]: finding for finding in truth["findings"]}
    tally.drawn.update(list(drawn))
    for finding in read.findings:
        if finding.input is None:
            continue
        right = _is_right(finding, drawn.get(finding.input))
        (tally.right if right else tally.wrong)[finding.input] += 1
        tally.doubted += right and bool(finding.doubts)
        tally.confidences.append((finding.confidence or 0.0, right))
        if not right and not finding.doubts:
            tally.silent.append(f"{seed} {truth['layout']}: {finding.text}")


def _is_right(finding: Any, drawn: Mapping[str, Any] | None) -> bool:
    if drawn is None:
        return False
    same = (finding.value, finding.comparator) == (drawn["value"], drawn["comparator"])
    return same and drawn["unit"] in (None, finding.unit)


def figures(tally: Tally, lines: list[dict[str, Any]]) -> Iterator[Figure]:
    drawn, right, wrong = tally.drawn.total(), tally.right.total(), tally.wrong.total()
    seconds = [line["seconds"] for line in lines]
    yield Figure("sheets", len(lines))
    yield Figure("values drawn", drawn)
    yield report.below("wrong proposals without a doubt", len(tally.silent), 1)
    yield Figure("wrong proposals with a doubt", wrong - len(tally.silent))
    yield report.at_least("precision of proposals", right / max(right + wrong, 1), TARGET_PRECISION)
    yield report.at_least("recall of values", right / max(drawn, 1), TARGET_RECALL)
    yield Figure("right proposals that are asked about all the same, share", tally.doubted / max(right, 1))
    for name in sorted(tally.drawn):
        proposed = tally.right[name] + tally.wrong[name]
        yield Figure(f"  {name}: precision", tally.right[name] / max(proposed, 1))
        yield Figure(f"  {name}: recall", tally.right[name] / tally.drawn[name])
    for name in ("name", "sex", "age_years", "number", "sampled_at"):
        yield Figure(f"  {name}: read right, share", tally.header[f"{name} right"] / len(lines))
    yield report.below("one page, seconds of one core, median", report.median(seconds), TARGET_SECONDS)
    yield Figure("  95th centile", report.centile(seconds, 0.95))
    yield Figure("  reading all numbers a second time, median", _median_again(lines))
    yield report.below(
        "memory of the process, MB", max(line["megabytes"] for line in lines), TARGET_MEGABYTES
    )


def _median_again(lines: list[dict[str, Any]]) -> float:
    return report.median(line["seconds_again"] for line in lines)


def thresholds(tally: Tally) -> Iterator[Figure]:
    """What other thresholds of confidence would do by themselves: wrong ones passed, right ones doubted."""
    for least in (0.6, 0.7, 0.8, 0.9, 0.95, 0.98):
        passed = sum(not right and sureness >= least for sureness, right in tally.confidences)
        asked = sum(right and sureness < least for sureness, right in tally.confidences)
        yield Figure(f"  confidence of {least}: wrong ones at or above it", passed)
        yield Figure(f"  confidence of {least}: right ones below it", asked)


def main() -> int:
    """Measure, print, keep; 1 if a target was missed."""
    KEPT.mkdir(parents=True, exist_ok=True)
    made_by, tally, lines = code(), Tally(), []
    for seed in range(SHEETS):
        line = read_sheet(seed, made_by)
        compare(line, seed, tally)
        lines.append(line)
    for place in tally.silent:
        print(f"wrong without a doubt: sheet {place}")
    conditions = rig.machine() | {
        "sheets": SHEETS,
        "rapidocr": version("rapidocr"),
        "onnxruntime": version("onnxruntime"),
        "least_confidence": second_look.LEAST_CONFIDENCE,
    }
    title = "Reading photographed laboratory sheets, one core"
    return report.publish("reading", title, [*figures(tally, lines), *thresholds(tally)], conditions)


if __name__ == "__main__":
    raise SystemExit(main())
