import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from config import demo, embedded
from config.servers import free_port

PATIENCE_SECONDS = 120


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "this never came true"
        time.sleep(0.02)


def child(script: str) -> demo.Child:
    return demo.Child("thing", f"{sys.executable} -u -c '{script}'", {"PORT": "1", "PATH": "/bin"}, 32)


def test_a_childs_lines_come_out_under_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    thing = child('print("hello")')
    thing.start()
    until(lambda: thing.last_line == "hello")
    assert "thing | hello" in capsys.readouterr().out


def test_the_demo_says_which_extras_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "find_spec", lambda module: None if module == "rapidocr" else object())
    (sentence,) = demo.lacking_extras()
    assert sentence.startswith("the extra “ocr” is not installed: pictures of laboratory reports")
    monkeypatch.setattr(demo, "find_spec", lambda _module: object())
    assert demo.lacking_extras() == []


def test_a_killed_child_comes_back_and_what_it_had_started_is_gone() -> None:
    thing = child(
        'import subprocess, time; print(subprocess.Popen(["/bin/sleep", "60"]).pid); time.sleep(60)'
    )
    thing.start()
    until(lambda: thing.last_line.isdecimal())
    grandchild, first = int(thing.last_line), thing.process.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: not thing.alive)
    thing.started -= demo.QUICK_DEATH_SECONDS
    thing.restart()
    assert thing.alive
    assert thing.process.pid != first
    until(
        lambda: (
            not Path(f"/proc/{grandchild}/cmdline").exists()
            or not Path(f"/proc/{grandchild}/cmdline").read_text()
        )
    )
    thing.signal_all(signal.SIGKILL)


def test_a_child_that_never_starts_ends_the_demo_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    thing = child('print("no such table"); raise SystemExit(3)')
    thing.start()
    with pytest.raises(demo.DemoError, match="thing does not start; its last words: no such table"):
        for _ in range(demo.QUICK_DEATHS_ALLOWED):
            thing.process.wait()
            until(lambda: thing.last_line == "no such table")
            thing.restart()


def test_children_end_when_the_demo_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from config.demo import Child;"
        "c = Child('t', sys.executable + ' -c \"import time; time.sleep(60)\"', {'PORT': '1'}, 32);"
        "c.start(); print(c.process.pid, flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script], cwd=embedded.ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    pid = int(holder.stdout.readline())
    holder.kill()
    holder.wait()
    until(lambda: not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_text())


def run_demo(tmp_path: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "config.demo", *arguments],
        cwd=embedded.ROOT,
        env={**os.environ, "ACLF_DATA": str(tmp_path), **changes},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_taken_port_is_told_in_a_sentence_with_a_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_demo(tmp_path, PORT=str(port))
    assert done.returncode == 1
    assert f"Port {port} is taken. Choose another one: PORT={port + 1} make demo" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_malformed_port_is_told_in_a_sentence(tmp_path: Path) -> None:
    done = run_demo(tmp_path, PORT="http")
    assert done.returncode == 1
    assert done.stderr == "PORT is malformed: it should be a number from 1 to 65535, not http.\n"


def test_a_second_demo_over_the_same_data_is_refused_and_does_not_disturb_the_first(tmp_path: Path) -> None:
    first = embedded.Servers(tmp_path)
    assert first.acquire()
    (tmp_path / "environment.json").write_text("{}")
    done = run_demo(tmp_path, PORT=str(free_port()))
    assert done.returncode == 1
    assert "is already running" in done.stdout
    assert (tmp_path / "environment.json").exists()


def test_the_data_of_another_version_is_refused_with_a_way_out_and_kept(tmp_path: Path) -> None:
    (tmp_path / "migrated").write_text("referral/0001_initial.py\nreferral/0027_lost_roles.py")
    done = run_demo(tmp_path, PORT=str(free_port()))
    assert done.returncode == 1
    assert "`make demo-reset` forgets it" in done.stdout
    assert (tmp_path / "migrated").exists()


def test_a_reset_empties_the_data_and_is_refused_while_the_demo_runs(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    running = embedded.Servers(data)
    assert running.acquire()
    (data / "sign-ins").touch()
    assert run_demo(data, "reset").returncode == 1
    assert (data / "sign-ins").exists()
    running.stop()
    assert run_demo(data, "reset").returncode == 0
    assert not data.exists()


def test_the_demos_mail_server_keeps_what_it_gets_and_says_so(tmp_path: Path) -> None:
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "config.mailbox", str(tmp_path)],
        cwd=embedded.ROOT,
        env={**os.environ, "MAIL_PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail(
            "aclf@demo.example", ["lead@demo.example"], "Subject: =?utf-8?b?5paw6L2s6K+K?=\n\nHello"
        )
    assert server.stdout is not None
    assert server.stdout.readline() == "mail to lead@demo.example: 新转诊\n"
    assert "Hello" in (tmp_path / "00001.eml").read_text()
    server.terminate()
    server.wait()


def test_the_demos_push_gateway_shows_what_apps_would_have_got(tmp_path: Path) -> None:
    port = free_port()
    gateway = subprocess.Popen(
        [sys.executable, "-u", "-m", "config.pushbox", str(tmp_path)],
        cwd=embedded.ROOT,
        env={**os.environ, "PUSH_PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        sent = client.post("/", json={"to": "phone-0001", "title": "新转诊"})
        gone = client.post("/", json={"to": "gone-0001", "title": "新转诊"})
        broken = client.post("/", content=b"[")
        shown = client.get("/").json()
    assert (sent.status_code, sent.json()) == (200, {"id": "00001"})
    assert (gone.status_code, broken.status_code) == (410, 400)
    assert shown == [{"number": "00001", "to": "phone-0001", "title": "新转诊"}]
    assert gateway.stdout is not None
    assert gateway.stdout.readline() == "push to phone-0001: 新转诊\n"
    gateway.terminate()
    gateway.wait()
