"""Natural language inference in this process, on tiny ONNX models made on the spot."""

import json
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from dengmi.core.entailment import Odds
from dengmi.core.errors import BadSettings, ModelFailed
from dengmi.models.nli import NliModel, open_nli
from dengmi.models.nli_labels import labels_in, roles_of
from dengmi.settings.nli import NliSettings

pytest.importorskip("onnxruntime", reason="the extra `semantic` is not installed")
pytest.importorskip("onnx", reason="onnx is not installed")

WORDS = (
    "the", "bridge", "has", "red", "lanterns", "tea", "is", "served", "in", "garden", "at", "six",
    "cat", "sleeps",
)  # fmt: skip
PREMISE = "the bridge has red lanterns at six"
PAIRS = [
    (PREMISE, "the lanterns is red".replace("is ", "")),
    (PREMISE, "the bridge has tea"),
    (PREMISE, "the bridge has not red lanterns"),
    ("tea", "tea"),
    (f"{PREMISE} tea is served in the garden " * 3, "the cat sleeps in the garden at six"),
]


def made(folder: Path, home: Path, **more: object) -> NliModel:
    model = open_nli(NliSettings(model=str(folder), deadline=30.0, **more), home)
    assert model is not None
    return model


def verdict(odds: Odds | None) -> str:
    if odds is None:
        return "unread"
    if odds.entails > 0.7:
        return "entailed"
    return "contradicted" if odds.contradicts > 0.7 else "neither"


async def verdicts(model: NliModel, pairs: Sequence[tuple[str, str]]) -> list[str]:
    return [verdict(each) for each in await model.told(pairs)]


RIGHT = ["entailed", "neither", "contradicted", "entailed", "neither"]


async def test_a_folder_is_a_model(tmp_path: Path) -> None:
    from tests.fakes.onnx_nli import make

    model = made(make(tmp_path / "model", WORDS), tmp_path)
    await model.open()
    assert await verdicts(model, PAIRS) == RIGHT
    assert await model.odds(PAIRS) == await model.told(PAIRS)
    await model.close()


async def test_a_batch_says_what_single_pairs_say(tmp_path: Path) -> None:
    """Many pairs of different lengths are padded; each must come out as it does alone."""
    from tests.fakes.onnx_nli import make

    model = made(make(tmp_path / "model", WORDS), tmp_path)
    pairs = [
        (" ".join(WORDS[: 1 + n % 13]), " ".join(WORDS[n % 7 : n % 7 + 1 + n % 4]))
        for n in range(29)
    ] + PAIRS
    together = await model.told(pairs)
    alone = [(await model.told([pair]))[0] for pair in pairs]
    for one, other in zip(together, alone, strict=True):
        assert one is not None
        assert other is not None
        assert (one.entails, one.contradicts) == pytest.approx((other.entails, other.contradicts))
    assert len({verdict(each) for each in together}) == 3
    await model.close()


@pytest.mark.parametrize(
    "labels",
    [
        ("entailment", "neutral", "contradiction"),
        ("neutral", "contradiction", "entailment"),
    ],
    ids="-".join,
)
async def test_labels_may_stand_in_any_order(tmp_path: Path, labels: tuple[str, ...]) -> None:
    from tests.fakes.onnx_nli import make

    model = made(make(tmp_path / "model", WORDS, labels=labels), tmp_path)
    assert await verdicts(model, PAIRS) == RIGHT
    await model.close()


async def test_two_labels_know_no_contradiction(tmp_path: Path) -> None:
    from tests.fakes.onnx_nli import make

    folder = make(tmp_path / "model", WORDS, labels=("unsupported", "supported"))
    model = made(folder, tmp_path)
    assert await verdicts(model, PAIRS[:3]) == ["entailed", "neither", "neither"]
    assert all(each and each.contradicts == 0 for each in await model.told(PAIRS))
    await model.close()


async def test_two_labels_may_know_contradiction_only(tmp_path: Path) -> None:
    from tests.fakes.onnx_nli import make

    labels = ("not_contradiction", "contradiction")
    model = made(make(tmp_path / "model", WORDS, labels=labels), tmp_path)
    found = await model.told(PAIRS)
    assert all(each and each.entails == 0 for each in found)
    surely = [bool(each and each.contradicts > 0.7) for each in found]
    assert surely == [right == "contradicted" for right in RIGHT]
    await model.close()


async def test_it_may_take_one_number_of_tokens_only(tmp_path: Path) -> None:
    from tests.fakes.onnx_nli import make

    model = made(make(tmp_path / "model", WORDS, tokens=24), tmp_path)
    assert await verdicts(model, PAIRS) == RIGHT
    assert [await verdicts(model, [pair]) for pair in PAIRS] == [[right] for right in RIGHT]
    premise, claim = PAIRS[0]
    assert await verdicts(model, [(f"{premise} {premise} {premise}" * 9, claim)]) == ["entailed"]
    await model.close()


async def test_a_single_output_is_entailment(tmp_path: Path) -> None:
    from tests.fakes.onnx_nli import make

    model = made(make(tmp_path / "model", WORDS, labels=("entailment",)), tmp_path)
    assert await verdicts(model, PAIRS[:3]) == ["entailed", "neither", "neither"]
    await model.close()


async def test_labels_without_a_name_are_asked_for(tmp_path: Path) -> None:
    from tests.fakes.onnx_nli import LABELS, make

    folder = make(tmp_path / "model", WORDS, named=("LABEL_0", "LABEL_1", "LABEL_2"))
    silent = made(folder, tmp_path)
    with pytest.raises(ModelFailed) as caught:
        await silent.told(PAIRS)
    assert caught.value.code == "nli_labels"
    assert "LABEL_0, LABEL_1, LABEL_2" in str(caught.value.params)
    assert await silent.odds(PAIRS) is None
    await silent.close()
    told = made(folder, tmp_path, labels=LABELS)
    assert await verdicts(told, PAIRS) == RIGHT
    await told.close()


async def test_labels_that_are_too_few_are_found_when_it_is_loaded(tmp_path: Path) -> None:
    from tests.fakes.onnx_nli import make

    model = made(make(tmp_path / "model", WORDS), tmp_path, labels=("entailment", "neutral"))
    with pytest.raises(ModelFailed, match=r"nli_not_loaded|2 labels"):
        await model.told(PAIRS)
    await model.close()


@pytest.mark.parametrize("labels", [("neutral",), ("entailment", "supported"), ("a", "entailment")])
def test_labels_of_the_settings_are_read_at_once(tmp_path: Path, labels: tuple[str, ...]) -> None:
    with pytest.raises(BadSettings):
        NliModel(NliSettings(model=str(tmp_path), labels=labels), tmp_path)


def test_labels_as_they_are_written() -> None:
    assert roles_of(("SUPPORTS", "REFUTES", "NOT ENOUGH INFO")) == (
        "entails",
        "contradicts",
        "neither",
    )
    assert roles_of(("entailment", "not_entailment")) == ("entails", "neither")
    ten = {str(n): f"l{n}" for n in reversed(range(11))}
    assert labels_in({"id2label": ten}) == tuple(f"l{n}" for n in range(11))
    assert labels_in({"id2label": {"x": "entailment"}}) == labels_in({}) == ()


async def test_a_long_premise_is_cut_and_a_long_claim_is_not_judged(tmp_path: Path) -> None:
    from tests.fakes.onnx_nli import make

    model = made(make(tmp_path / "model", WORDS, most=16), tmp_path)
    pairs = [
        (f"the cat sleeps {'tea ' * 50}", "the cat sleeps"),
        (f"{'tea ' * 50} the cat sleeps", "the cat sleeps"),
        ("tea", "tea " * 50),
    ]
    assert await verdicts(model, pairs) == ["entailed", "neither", "unread"]
    await model.close()


async def test_a_model_that_is_not_told_the_parts_gets_none(tmp_path: Path) -> None:
    """Models of RoBERTa's kind take no token_type_ids."""
    from tests.fakes.onnx_nli import make

    model = made(make(tmp_path / "model", WORDS, types=False), tmp_path)
    assert len(await model.told(PAIRS)) == len(PAIRS)
    await model.close()


async def test_what_is_missing_is_said(tmp_path: Path) -> None:
    from tests.fakes.onnx_nli import make

    folder = make(tmp_path / "model", WORDS)
    (folder / "tokenizer.json").unlink()
    for model, missing in ((made(folder, tmp_path), "tokenizer.json"),
                           (made(tmp_path / "gone", tmp_path), "model.onnx"),
                           (made(folder, tmp_path, file="other.onnx"), "other.onnx")):  # fmt: skip
        await model.open()
        with pytest.raises(ModelFailed) as caught:
            await model.told(PAIRS)
        assert caught.value.code == "nli_not_loaded"
        assert missing in str(caught.value.params["reason"])
        assert await model.odds(PAIRS) is None
        await model.close()


async def test_a_broken_file_is_said(tmp_path: Path) -> None:
    from tests.fakes.onnx_nli import make

    folder = make(tmp_path / "model", WORDS)
    (folder / "model.onnx").write_bytes(b"no model")
    model = made(folder, tmp_path)
    with pytest.raises(ModelFailed) as caught:
        await model.told(PAIRS)
    assert caught.value.code == "nli_not_loaded"
    await model.close()


async def test_what_was_fetched_opens_without_a_request(tmp_path: Path) -> None:
    """A model in the home as the hub's library keeps it."""
    from tests.fakes.onnx_nli import make

    kept = tmp_path / "models" / "nli" / "models--someone--tiny"
    folder = make(kept / "snapshots" / ("0" * 40), WORDS)
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("0" * 40)
    (folder / "onnx").mkdir()
    shutil.move(folder / "model.onnx", folder / "onnx" / "model_quantized.onnx")
    model = open_nli(NliSettings(model="someone/tiny", deadline=30.0), tmp_path)
    assert model is not None
    assert await verdicts(model, PAIRS) == RIGHT
    await model.close()


async def test_who_waits_too_long_goes_on_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dengmi.models.nli_files import Files, found
    from tests.fakes.onnx_nli import make

    there = threading.Event()

    def slowly(*args: object, **more: object) -> Files:
        there.wait(20)
        return found(*args, **more)

    monkeypatch.setattr("dengmi.models.nli.found", slowly)
    model = NliModel(
        NliSettings(model=str(make(tmp_path / "model", WORDS)), deadline=0.01), tmp_path
    )
    assert await model.odds(PAIRS) is None
    there.set()
    assert await verdicts(model, PAIRS) == RIGHT
    late = await model.odds(PAIRS)
    assert late is not None, "what came late is there for the next"
    await model.close()


def test_positions_of_roberta(tmp_path: Path) -> None:
    from dengmi.models.nli_files import found
    from tests.fakes.onnx_nli import make

    folder = make(tmp_path / "model", WORDS)
    (folder / "config.json").write_text(
        json.dumps({"model_type": "roberta", "max_position_embeddings": 514})
    )
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 10**30}))
    assert found(str(folder), "", tmp_path, fetch=False).most == 512
    (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 256}))
    assert found(str(folder), "", tmp_path, fetch=False).most == 256
