"""Ctrl-C and closed pipes."""

import signal
import time
from pathlib import Path


def many(folder: Path, count: int = 3000) -> Path:
    folder.mkdir()
    for n in range(count):
        words = " ".join(f"word{n * 7 % 991}x{k}" for k in range(60))
        (folder / f"a{n}.txt").write_text(f"Article number {n}\n\nThe code is k{n}. {words}.\n")
    return folder


def test_interrupted_add_is_finished_by_running_it_again(
    start_in, run_in, home: Path, tmp_path: Path
) -> None:
    folder = many(tmp_path / "many")
    process = start_in(home, "add", str(folder))
    assert process.stderr is not None
    process.stderr.readline()  # what is being read
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, (out, err)
    assert b"run the same command again" in err
    assert b"Traceback" not in err
    again = run_in(home, "add", str(folder), "--json")
    assert again.status == 0
    report = again.json["sources"][0]["report"]
    assert report["added"] + report["unchanged"] == 3000
    assert again.json["sources"][0]["source"]["articles"] == 3000


def test_closed_pipe_is_quiet(start_in, filled: Path) -> None:
    for args in (["search", "library", "--json"], ["--help"], ["ask", "library opening hours"]):
        process = start_in(filled, *args)
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait(timeout=60) == 0
