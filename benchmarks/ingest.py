"""How long until 10,879 Chinese news articles can be asked, and what it takes.

    .venv/bin/python benchmarks/ingest.py [--articles N]

Starts `dengmi add` on a JSONL file in an empty home and measures until a search in that home has
answered; the memory is that of the whole process tree, read from /proc ten times a second.
Beside it, in the same run, what two peers need to index the same texts, with nothing kept but the
index: SQLite FTS5 with its trigram tokenizer, and bm25s over words and character bigrams.
"""

import argparse
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("DENGMI_TEST_DATA") or ROOT.parent / "shared" / "data")
QUESTION = "英特尔 XeSS 1.2.0"


class Watch:
    """The most resident memory that a process and its children held together, in bytes."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peak = 0
        self.parts: dict[int, int] = {}
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while not self.stopped.wait(0.1):
            parts = {pid: _resident(pid) for pid in _tree(self.pid)}
            if (now := sum(parts.values())) > self.peak:
                self.peak, self.parts = now, parts

    def stop(self) -> int:
        self.stopped.set()
        self.thread.join()
        return self.peak


def _tree(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def _resident(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):  # shared pages counted once
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure_dengmi(file: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        call = [sys.executable, "-m", "dengmi", "--home", home]
        before, began = _cpu(), time.perf_counter()
        adding = subprocess.Popen([*call, "add", str(file)], stdout=subprocess.PIPE, text=True)
        watch = Watch(adding.pid)
        said, _ = adding.communicate()
        peak = watch.stop()
        added = time.perf_counter() - began
        if adding.returncode:
            raise SystemExit(f"dengmi add failed: {said}")
        found = subprocess.run(
            [*call, "search", QUESTION, "--json"], capture_output=True, text=True, check=True
        )
        wall = time.perf_counter() - began
        assert json.loads(found.stdout)["hits"], "the search found nothing"
        return {"add": added, "wall": wall, "cpu": _cpu() - before, "peak": peak}


def measure_fts5(texts: list[str]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        began, before = time.perf_counter(), time.process_time()
        base = sqlite3.connect(Path(folder, "fts.sqlite"))
        base.execute("CREATE VIRTUAL TABLE t USING fts5(text, tokenize = 'trigram')")
        base.executemany("INSERT INTO t VALUES (?)", ((text,) for text in texts))
        base.commit()
        base.execute("SELECT rowid FROM t WHERE t MATCH ? LIMIT 10", ("英特尔",)).fetchall()
        wall, cpu = time.perf_counter() - began, time.process_time() - before
        base.close()
        return {"wall": wall, "cpu": cpu}


def measure_bm25s(texts: list[str]) -> dict[str, float] | None:
    try:
        import bm25s
    except ImportError:
        return None
    import rjieba

    began, before = time.perf_counter(), time.process_time()
    words = [
        [word for word in rjieba.cut(text) if not word.isspace()]
        + [text[at : at + 2] for at in range(len(text) - 1)]
        for text in texts
    ]
    index = bm25s.BM25()
    index.index(words, show_progress=False)
    index.retrieve([list(rjieba.cut(QUESTION))], k=10, show_progress=False)
    return {"wall": time.perf_counter() - began, "cpu": time.process_time() - before}


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--articles", type=int, default=10_879)
    args = reader.parse_args()
    lines = (DATA / "crud_news" / "docs.jsonl").read_text("utf-8").splitlines()[: args.articles]
    texts = [json.loads(line)["text"] for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "news.jsonl")
        file.write_text("\n".join(lines) + "\n", "utf-8")
        load = os.getloadavg()[0]
        ours = measure_dengmi(file)
    print(f"{len(texts)} articles, {sum(map(len, texts)) / 1e6:.1f} M characters; load {load:.1f}")
    print(f"{'':32}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}")
    row = f"{ours['wall']:8.1f}{ours['cpu']:8.1f}{ours['peak'] / 1e6:9.0f}"
    print(f"{'dengmi add, until searched':32}{row}   (add alone {ours['add']:.1f} s)")
    peers = {
        "SQLite FTS5 trigram, index only": measure_fts5(texts),
        "bm25s jieba+bigrams, index only": measure_bm25s(texts),
    }
    for name, peer in peers.items():
        print(
            f"{name:32}" + (f"{peer['wall']:8.1f}{peer['cpu']:8.1f}" if peer else "  not installed")
        )


if __name__ == "__main__":
    main()
