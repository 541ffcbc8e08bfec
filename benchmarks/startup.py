"""How quickly Dengmi starts and how little it takes, beside a bare Python and a peer command.

    python benchmarks/startup.py [--install] [--runs N]

Prints the median of each measure with its target. `--install` also makes a fresh environment and
measures the base installation on the disk, which takes a minute or two. Needs the evaluation data
(../shared/data, or DENGMI_TEST_DATA) for the desk of 10,879 news articles.
"""

import argparse
import importlib.util
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("DENGMI_TEST_DATA") or ROOT.parent / "shared" / "data")
QUESTION = "英特尔 XeSS 1.2 支持哪些新功能？"
DENGMI = [sys.executable, "-m", "dengmi"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--install", action="store_true", help="measure the installation too")
    parser.add_argument("--runs", type=int, default=7)
    args = parser.parse_args()
    bare = median(lambda: seconds([sys.executable, "-c", "pass"]), args.runs)
    peer_name, peer_command = peer()
    peer_time = median(lambda: seconds(peer_command), args.runs)
    print(f"{'measure':<44}{'value':>10}{'target':>10}{'× python':>10}{'× peer':>8}")
    row("python -c pass", bare, None, bare, peer_time)
    row(peer_name, peer_time, None, bare, peer_time)

    def tell(name: str, value: float, target: float) -> None:
        row(name, value, target, bare, peer_time)

    tell("dengmi --help", median(lambda: seconds([*DENGMI, "--help"]), args.runs), 0.25)
    with tempfile.TemporaryDirectory() as folder:
        measure_desk(Path(folder), args.runs, tell)
    if args.install:
        print(f"{'base install on disk':<44}{install_size() / 1e6:>8.0f}MB{'120MB':>10}")


def measure_desk(folder: Path, runs: int, tell: Callable[[str, float, float], None]) -> None:
    """What needs a desk: asking, serving, idling."""
    articles = folder / "articles.jsonl"
    count = write_articles(articles)
    if not count:
        print(f"no evaluation data at {DATA}: set DENGMI_TEST_DATA")
        return
    home = {**os.environ, "DENGMI_HOME": str(folder / "home")}
    began = time.perf_counter()
    subprocess.run([*DENGMI, "add", str(articles)], env=home, check=True, capture_output=True)
    tell(f"dengmi add, {count} articles", time.perf_counter() - began, 20.0)
    ask = [*DENGMI, "ask", QUESTION]
    tell(f"dengmi ask, {count} articles", median(lambda: seconds(ask, home), runs), 1.0)
    starts, sizes = zip(*(serve_once(home) for _ in range(min(runs, 5))), strict=True)
    tell("server ready", statistics.median(starts), 1.5)
    print(f"{'idle server, resident':<44}{max(sizes):>8.0f}MB{'150MB':>10}")


def serve_once(home: dict[str, str]) -> tuple[float, float]:
    """Seconds until /readyz answers 200, and resident megabytes two seconds later."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    began = time.perf_counter()
    server = subprocess.Popen(
        [*DENGMI, "serve", "--port", str(port)], env=home, stdout=subprocess.DEVNULL
    )
    try:
        while not is_ready(port):
            if server.poll() is not None:
                raise SystemExit("the server ended by itself")
            time.sleep(0.01)
        ready = time.perf_counter() - began
        time.sleep(2)
        return ready, resident(server.pid)
    finally:
        server.terminate()
        server.wait()


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def resident(pid: int) -> float:
    """Megabytes resident; 0 where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


def write_articles(path: Path) -> int:
    """The news set as JSONL with the fields Dengmi reads; how many articles."""
    source = DATA / "crud_news" / "docs.jsonl"
    if not source.exists():
        return 0
    articles = 0
    with source.open(encoding="utf-8") as lines, path.open("w", encoding="utf-8") as out:
        for line in lines:
            article = json.loads(line)
            text = article["text"]
            row = {"id": article["_id"], "title": article.get("title") or text[:30], "text": text}
            articles += 1
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return articles


def install_size() -> int:
    """Bytes that `pip install .` adds to a fresh environment."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        before = size(Path(folder))
        pip = [str(Path(folder) / "bin" / "python"), "-m", "pip", "install", "-q", str(ROOT)]
        subprocess.run(pip, check=True)
        return size(Path(folder)) - before


def size(folder: Path) -> int:
    return sum(
        path.lstat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )


def peer() -> tuple[str, list[str]]:
    """The `llm` command where it is installed, else pip: both are Python command lines."""
    if importlib.util.find_spec("llm") is not None:
        return "llm --help", [sys.executable, "-m", "llm", "--help"]
    if shutil.which("pip") or importlib.util.find_spec("pip") is not None:
        return "pip --version", [sys.executable, "-m", "pip", "--version"]
    return "python -m venv --help", [sys.executable, "-m", "venv", "--help"]


def seconds(command: list[str], environment: dict[str, str] | None = None) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - began


def median(measure: Callable[[], float], runs: int) -> float:
    measure()  # the first run reads the files from the disk and is not counted
    return statistics.median(measure() for _ in range(runs))


def row(name: str, value: float, target: float | None, bare: float, peer_time: float) -> None:
    wanted = f"{target:.2f}s" if target else ""
    ratios = f"{value / bare:>9.1f}×{value / peer_time:>7.1f}×"
    print(f"{name:<44}{value:>9.3f}s{wanted:>10}{ratios}")


if __name__ == "__main__":
    main()
