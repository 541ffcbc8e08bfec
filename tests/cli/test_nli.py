"""A desk whose doubtful sentences are put to a model for natural language inference."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import SETTINGS
from tests.commands import Command
from tests.fakes.deepseek import Serving

ASKED = "How many books may a reader borrow?"
FREE = "A reader may borrow twelve books at the same time. [1.1] Bookworms are welcome. [1.1]"
WRONG = "A reader may borrow twelve books at the same time. [1.1] A reader may borrow 40. [1.1]"
SCRIPT = f'[[answer]]\ntext = "{FREE}"\n'


def verdicts(shape: dict) -> list[str]:
    return [claim["verdict"] for claim in shape["claims"]]


def write(home: Path, text: str, more: str) -> None:
    (home / "script.toml").write_text(f'[[answer]]\ntext = "{text}"\n')
    (home / "dengmi.toml").write_text(f"{SETTINGS}{more}")


def settings(folder: Path) -> str:
    return f'[nli]\nmodel = "{folder}"\ndeadline = 30.0\n[desks.main]\njudge = "nli"\n'


def test_it_takes_a_second_look(desk: Command, home: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra `semantic` is not installed")
    pytest.importorskip("onnx", reason="onnx is not installed")
    from tests.fakes.onnx_nli import make

    words = ("a", "reader", "borrow", "books")
    write(home, FREE, "")
    assert verdicts(desk("ask", "--json", ASKED).json) == ["supported", "unsupported"]
    kind = make(tmp_path / "kind", words)
    write(home, FREE, settings(kind))
    looked = desk("ask", "--json", ASKED).json
    assert not looked["reused"], "who judges is part of what an answer rests on"
    assert verdicts(looked) == ["supported", "supported"]
    write(home, WRONG, settings(kind))
    assert "40" not in desk("ask", "--json", f"{ASKED} Tell me.").json["text"]
    tried = desk("models", "test", "nli", "--json")
    assert tried.status == 0, tried.err
    assert tried.json["nli"]["works"] is True
    assert "nli" in desk("models").out


def test_a_model_that_is_not_there_changes_nothing(desk: Command, home: Path) -> None:
    write(home, FREE, settings(home / "gone"))
    assert verdicts(desk("ask", "--json", ASKED).json) == ["supported", "unsupported"]
    tried = desk("models", "test", "nli")
    assert tried.status == 1
    assert "set nli.model to a folder" in tried.out


def test_a_desk_without_the_model_it_names_is_refused(desk: Command, home: Path) -> None:
    write(home, FREE, '[desks.main]\njudge = "nli"\n')
    refused = desk("ask", "--json", ASKED)
    assert refused.status == 2
    assert "nli.model" in refused.err


def fetching(home: Path, hub: str) -> subprocess.CompletedProcess[bytes]:
    """`dengmi models test --json` in a process of its own: the hub's library reads its address when
    it is imported."""
    return subprocess.run(
        [sys.executable, "-m", "dengmi", "--home", str(home), "models", "test", "--json"],
        env={**os.environ, "HF_ENDPOINT": hub, "HF_HOME": str(home), "LC_ALL": "en_US.UTF-8"},
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_without_a_network_it_says_what_to_do(tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub", reason="the extra `semantic` is not installed")
    (tmp_path / "dengmi.toml").write_text('[nli]\nmodel = "nobody/nothing"\n')
    done = fetching(tmp_path, "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "set nli.model to a folder" in done.stdout.decode()
    assert "Traceback" not in done.stderr.decode()


def test_a_model_is_fetched_once_and_only_what_it_needs(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra `semantic` is not installed")
    pytest.importorskip("onnx", reason="onnx is not installed")
    from tests.fakes.hub import app
    from tests.fakes.onnx_nli import make

    folder = make(tmp_path / "there", ("lanterns", "bridge", "lit"))
    (folder / "onnx").mkdir()
    (folder / "model.onnx").rename(folder / "onnx" / "model.onnx")
    (folder / "pytorch_model.bin").write_bytes(b"not needed")
    home = tmp_path / "home"
    home.mkdir()
    (home / "dengmi.toml").write_text('[nli]\nmodel = "someone/tiny"\n')
    asked: list[str] = []
    with Serving(app("someone/tiny", folder, asked)) as serving:
        said = [fetching(home, serving.address) for _ in range(2)]
    assert all('"works": true' in each.stdout.decode() for each in said), said
    assert not any(each.returncode for each in said)
    assert sorted(asked) == ["config.json", "onnx/model.onnx", "tokenizer.json"]
