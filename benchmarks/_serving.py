"""Starts what is measured, each in a process of its own, on loopback."""

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from _data import Text

HERE = Path(__file__).parent
KEY = "sk-test"
RETRIES = 2


class Running:
    """A process that serves on a port."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process, self.port = process, port
        self.address = f"http://127.0.0.1:{port}"

    def processor(self) -> float:
        """Seconds of processor time that it and its children used."""
        ticks = 0
        for pid in self._tree():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def resident(self) -> float:
        """Megabytes that it and its children hold."""
        pages = sum(int(Path(f"/proc/{p}/statm").read_text().split()[1]) for p in self._tree())
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def _tree(self) -> list[int]:
        pids = [self.process.pid]
        for one in pids:
            children = Path(f"/proc/{one}/task/{one}/children")
            pids += map(int, children.read_text().split()) if children.exists() else ()
        return pids


def port() -> int:
    """A port that is free just now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
        return number


def raise_limit(wanted: int) -> int:
    """Let this process and its children open as many files as wanted, or as the system allows;
    how many that is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    return max(soft, most)


@contextmanager
def running(
    command: Sequence[str],
    number: int,
    ready: str,
    environ: Mapping[str, str] | None = None,
    seconds: float = 30,
) -> Iterator[Running]:
    """A command that serves on a port, once the path `ready` answers; ended afterwards."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, env=environ, stdout=said, stderr=said, start_new_session=True
        )
        try:
            _wait(process, f"http://127.0.0.1:{number}{ready}", seconds, command[0], said)
            yield Running(process, number)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait(process, address, seconds, name, said) -> None:  # type: ignore[no-untyped-def]
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(address, timeout=2).status_code < 500:
                return
        time.sleep(0.1)
    said.seek(0)
    sys.exit(f"{name} does not serve:\n{said.read()[-2000:].decode()}")


@contextmanager
def upstream(
    slots: int, first: float, per_second: float, tokens: int, log: Path
) -> Iterator[Running]:
    """The endpoint of _upstream.py."""
    number = port()
    options = [number, slots, first, per_second, tokens, log]
    command = [sys.executable, str(HERE / "_upstream.py"), *map(str, options)]
    with running(command, number, "/") as started:
        yield started


def fill(home: Path, articles: Sequence[Text]) -> None:
    """Add articles to a home."""
    home.mkdir(parents=True, exist_ok=True)
    file = home.parent / "articles.jsonl"
    rows = [{"id": a.id, "title": a.title or a.text[:30], "text": a.text} for a in articles]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    command = [sys.executable, "-m", "dengmi", "add", str(file)]
    subprocess.run(command, env=environ_of(home), check=True, capture_output=True)


def settings(home: Path, endpoint: str, slots: int, more: str = "") -> None:
    """Write the settings of a home whose level quick is written by the endpoint."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "dengmi.toml").write_text(
        f"[models.flash]\nkind = 'deepseek'\nmodel = 'deepseek-flash'\nbase_url = '{endpoint}'\n"
        f"api_key = '{KEY}'\nslots = {slots}\n[levels]\nquick = ['flash']\n{more}"
    )


def environ_of(home: Path) -> dict[str, str]:
    """The environment of a Dengmi at home there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DENGMI_")}
    return {**kept, "DENGMI_HOME": str(home)}


@contextmanager
def dengmi(home: Path, workers: int = 1) -> Iterator[Running]:
    """`dengmi serve`."""
    number = port()
    serve = [sys.executable, "-m", "dengmi", "serve", "--port", str(number)]
    command = [*serve, "--workers", str(workers)]
    with running(command, number, "/readyz", environ_of(home)) as started:
        yield started


@contextmanager
def litellm(folder: Path, endpoint: str, path: str | None) -> Iterator[Running | None]:
    """LiteLLM's proxy with retries and a fallback (the same endpoint under another name: there is
    no other in a surge); None where its command is not found."""
    command = path or shutil.which("litellm")
    if not command:
        yield None
        return
    models = "".join(
        f"  - model_name: {name}\n    litellm_params:\n      model: openai/deepseek-flash\n"
        f"      api_base: {endpoint}\n      api_key: {KEY}\n"
        "      extra_body: {thinking: {type: disabled}}\n"
        for name in ("deepseek-flash", "spare")
    )
    config = folder / "litellm.yaml"
    config.write_text(
        f"model_list:\n{models}"
        f"router_settings:\n  num_retries: {RETRIES}\n  fallbacks: [{{deepseek-flash: [spare]}}]\n"
        "litellm_settings:\n  telemetry: false\n"
    )
    number = port()
    serve = [command, "--config", str(config), "--port", str(number), "--host", "127.0.0.1"]
    environ = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}
    environ["LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY"] = "true"
    environ.pop("PYTHONPATH", None)
    with running(serve, number, "/health/liveliness", environ, seconds=120) as started:
        yield started
