"""fastembed in this process, on tiny ONNX models made on the spot."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dengmi.core.errors import ModelFailed
from dengmi.models.semantic import open_embedder, open_reranker
from dengmi.settings.semantic import EmbeddingSettings, RerankingSettings

pytest.importorskip("fastembed", reason="the extra `semantic` is not installed")
pytest.importorskip("onnx", reason="onnx is not installed")


def _embedder(folder: Path, home: Path) -> Any:
    settings = EmbeddingSettings(kind="fastembed", model=str(folder), deadline=20.0)
    return open_embedder(settings, home)


def _near(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


async def test_a_folder_is_a_model(tmp_path: Path) -> None:
    from tests.fakes.onnx_model import WIDTH, make

    embedder = _embedder(make(tmp_path / "model"), tmp_path / "home")
    await embedder.open()
    texts = ["a red lantern", "the riddle", *["tea"] * 20]
    vectors = await embedder.embed(texts)
    assert [len(vector) for vector in vectors] == [WIDTH] * 22
    asked = await embedder.asked("lamp")
    assert _near(asked, vectors[0]) > _near(asked, vectors[1])
    assert _near(asked, asked) == pytest.approx(1.0, abs=1e-3)
    await embedder.close()


async def test_a_folder_reranks(tmp_path: Path) -> None:
    from tests.fakes.onnx_model import make

    folder = make(tmp_path / "model", reranks=True)
    settings = RerankingSettings(kind="fastembed", model=str(folder), deadline=20.0)
    reranker = open_reranker(settings, tmp_path / "home")
    assert reranker is not None
    scores = await reranker.rerank("lamp", ["a red lantern", "the riddle", "tea"])
    assert scores is not None
    assert len(set(scores)) == 3
    await reranker.close()


async def test_what_is_missing_is_said(tmp_path: Path) -> None:
    embedder = _embedder(tmp_path / "gone", tmp_path / "home")
    await embedder.open()
    with pytest.raises(ModelFailed) as caught:
        await embedder.embed(["a"])
    assert caught.value.trouble == "missing"
    assert caught.value.code == "model_not_loaded"
    assert "gone" in str(caught.value)
    assert await embedder.asked("a") is None
    await embedder.close()


async def test_a_name_that_fastembed_does_not_know(tmp_path: Path) -> None:
    settings = EmbeddingSettings(kind="fastembed", model="nobody/nothing")
    embedder = open_embedder(settings, tmp_path)
    assert embedder is not None
    with pytest.raises(ModelFailed) as caught:
        await embedder.embed(["a"])
    assert "nobody/nothing" in str(caught.value)
    await embedder.close()


async def test_questions_do_not_wait_for_passages(tmp_path: Path) -> None:
    from tests.fakes.onnx_model import make

    embedder = _embedder(make(tmp_path / "model"), tmp_path / "home")
    await embedder.open()
    passages = asyncio.create_task(embedder.embed(["the red lantern " * 30] * 2_000))
    await asyncio.sleep(0.01)
    began = time.monotonic()
    assert await embedder.asked("lamp") is not None
    took = time.monotonic() - began
    alone = not passages.done()
    await passages
    assert alone or took < 1.0
    await embedder.close()


def test_without_a_network_it_says_what_to_do(tmp_path: Path) -> None:
    """A process of its own: the hub's library reads its address when it is imported."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "dengmi.toml").write_text(
        '[reranking]\nkind = "fastembed"\nmodel = "Xenova/ms-marco-MiniLM-L-6-v2"\n'
    )
    code = (
        "import fastembed.common.model_management as m; m.time.sleep = lambda _: None\n"
        "from dengmi.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--home", str(home), "models", "test"],
        env={**os.environ, "HF_ENDPOINT": "http://127.0.0.1:9", "LC_ALL": "en_US.UTF-8"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    said = done.stdout.decode()
    assert "set reranking.model to a folder" in said
    assert "Traceback" not in done.stderr.decode()
    assert "ERROR" not in done.stderr.decode()
