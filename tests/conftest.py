"""What every test gets: a clean environment, no blocking calls on the event loop, the data."""

import os
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import hypothesis
import pytest
from blockbuster import BlockBuster, blockbuster_ctx

with suppress(ImportError):
    import_module("onnxruntime")  # before usearch, see search/index/vector_files.py

# How long an example takes says how busy the machine is; benchmarks measure speed.
hypothesis.settings.register_profile("dengmi", deadline=None)
hypothesis.settings.load_profile("dengmi")

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No DENGMI_* of the person who runs the tests, and never that person's own home."""
    for name in list(os.environ):
        if name.startswith("DENGMI_") and not name.startswith("DENGMI_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DENGMI_HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def no_blocking() -> Iterator[BlockBuster]:
    """A blocking call of ours on the event loop fails the test."""
    with blockbuster_ctx("dengmi") as guard:
        yield guard


@pytest.fixture(scope="session")
def data() -> Path:
    """The evaluation data; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("DENGMI_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no evaluation data at {folder}: set DENGMI_TEST_DATA")
    return folder
