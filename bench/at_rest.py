"""What the product's processes take while nothing happens, and how long a web server needs to begin.

`python -m bench.at_rest` prints a table and writes bench/results/at_rest.json. Web server, engine, delivery
and worker run together, as the Procfile starts them but for the port. Memory is each process's own with its
share of what it has in common with others (PSS); resident memory, which counts what is shared in each, stands
beside it.
"""

import re
import time
from pathlib import Path

import httpx

from bench import report, rig
from bench.live import answers
from config.servers import free_port

REST_SECONDS = 40.0
TARGET_MB = 120
PROCESSES = ("web", "engine", "delivery", "worker")


def commands(port: int) -> list[str]:
    """The lines of the Procfile for these processes, as words for Python."""
    lines = dict(line.split(": ", 1) for line in (Path(__file__).parent.parent / "Procfile").open())
    words = [lines[name].strip().replace("$PORT", str(port)) for name in PROCESSES]
    return [re.sub("^python ", "", re.sub("^celery ", "-m celery ", line)) for line in words]


def memory(pid: int) -> tuple[float, float]:
    """Proportional and resident memory of a process, MB."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    pss, rss = (re.search(rf"^{name}:\s+(\d+)", rollup, re.MULTILINE) for name in ("Pss", "Rss"))
    return int(pss[1]) / 1024 if pss else 0.0, int(rss[1]) / 1024 if rss else 0.0


def family(pid: int) -> list[int]:
    """A process and those that it started."""
    started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(child for one in started for child in family(int(one)))]


def of_all(name: str, pid: int) -> list[report.Figure]:
    """Memory of a process and those that it started."""
    sizes = [memory(one) for one in family(pid)]
    own, resident = max(sizes)
    return [
        report.below(f"{name}, its largest process, MB", own, TARGET_MB),
        report.Figure("  resident, MB", resident),
        report.Figure(f"  all {len(sizes)} of it, MB", sum(one for one, _resident in sizes)),
    ]


def first_page(url: str, began: float) -> list[report.Figure]:
    """From the start of the processes to the first answer, and the first page after it."""
    rig.wait_for("the web server", lambda: answers(url))
    answered = time.perf_counter()
    httpx.get(f"{url}/accounts/login/", timeout=30).raise_for_status()
    page = time.perf_counter()
    return [
        report.Figure("web server, from its start to its first answer, ms", (answered - began) * 1000),
        report.Figure("  the first page after that, ms", (page - answered) * 1000),
    ]


def main() -> int:
    """Measure, print, keep; 1 if a target was missed."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    rig.start(ACLF_BASE_URL=url)
    began = time.perf_counter()
    with rig.running(*commands(port)) as started:
        figures = first_page(url, began)
        time.sleep(REST_SECONDS)
        for name, process in zip(PROCESSES, started, strict=True):
            figures += of_all(name, process.pid)
    return report.publish("at_rest", "Processes at rest", figures, rig.machine() | {"rest, s": REST_SECONDS})


if __name__ == "__main__":
    raise SystemExit(main())
