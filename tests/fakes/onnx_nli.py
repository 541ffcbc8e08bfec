"""A tiny ONNX model for natural language inference with its tokenizer in a folder, made on the
spot. It reads: a claim is entailed where the premise has all of its words, neutral where one is
missing, contradicted where only one of both has a word that denies. Words it does not know count
nothing. The padding's row has every word, so that padding that is not masked spoils the result."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.fakes.onnx_model import tokenizer

LABELS = ("contradiction", "entailment", "neutral")
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_ROLES = {
    "contradiction": (0.0, 0.0, 12.0, 0.0), "refutes": (0.0, 0.0, 12.0, 0.0),
    "entailment": (0.0, -12.0, -12.0, 6.0), "supported": (0.0, -12.0, -12.0, 6.0),
    "neutral": (0.0, 6.0, 0.0, 0.0), "unsupported": (0.0, 6.0, 6.0, 0.0),
    "not_contradiction": (0.0, 0.0, 0.0, 6.0),
}  # fmt: skip
"""By label what each counts: words that are there, that are missing, that deny; and always."""


def make(
    folder: Path,
    words: Sequence[str],
    *,
    denying: Sequence[str] = ("not", "不"),
    labels: Sequence[str] = LABELS,
    named: Sequence[str] | None = None,
    most: int = 64,
    types: bool = True,
    tokens: int | str = "tokens",
) -> Path:
    """Write the files.

    Args:
        words: all that it knows, beside those that deny.
        labels: of its outputs, in order; `named`: what config.json calls them instead.
        most: tokens that it reads.
        types: whether it is told which part is which; otherwise it takes all for the claim.
        tokens: how many it takes, where it takes one number of them only.
    """
    folder.mkdir(parents=True)
    known = (*_SPECIAL, *dict.fromkeys(words), *denying)
    onnx.save(_model(known, denying, labels, types, tokens), str(folder / "model.onnx"))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer(known)), encoding="utf-8")
    names = {str(n): label for n, label in enumerate(named if named is not None else labels)}
    config = {"pad_token_id": 0, "id2label": names, "max_position_embeddings": most}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def _model(
    known: Sequence[str],
    denying: Sequence[str],
    labels: Sequence[str],
    types: bool,
    tokens: int | str,
) -> onnx.ModelProto:
    size = len(known)
    table = np.eye(size, dtype=np.float32)
    table[1 : len(_SPECIAL)] = 0
    table[0] = 1
    denies = np.array([[float(word in denying)] for word in known], np.float32)
    plain = (1 - denies) * (np.arange(size)[:, None] >= len(_SPECIAL))
    constants = {
        "table": table,
        "denies": denies,
        "plain": plain.astype(np.float32),
        "weights": np.array([_ROLES[label] for label in labels], np.float32).T,
        "one": np.array([1.0], np.float32),
        "last": np.array([2], np.int64),
        "along": np.array([1], np.int64),
        "floor": np.array(0.0, np.float32),
        "roof": np.array(1.0, np.float32),
    }

    def node(kind: str, inputs: str, output: str, **more: int) -> onnx.NodeProto:
        return helper.make_node(kind, inputs.split(), [output], **more)

    f = TensorProto.FLOAT
    nodes = [
        node("Gather", "table input_ids", "rows"),
        node("Cast", "attention_mask", "mask", to=f),
        node("Unsqueeze", "mask last", "masks"),
        node("Mul", "rows masks", "seen"),
        node("Cast", "token_type_ids" if types else "attention_mask", "type", to=f),
        node("Unsqueeze", "type last", "second"),
        node("Sub", "one second", "first"),
        node("Mul", "seen first", "before"),
        node("Mul", "seen second", "behind"),
        node("ReduceSum", "before along", "premises", keepdims=0),
        node("ReduceSum", "behind along", "claims", keepdims=0),
        node("Clip", "premises floor roof", "premise"),
        node("Clip", "claims floor roof", "claim"),
        node("Mul", "premise claim", "both"),
        node("MatMul", "both plain", "there"),
        node("MatMul", "claim plain", "all"),
        node("Sub", "all there", "missing"),
        node("MatMul", "premise denies", "denied"),
        node("MatMul", "claim denies", "denying"),
        node("Sub", "denied denying", "differ"),
        node("Abs", "differ", "deny"),
        node("Sub", "there there", "nothing"),
        node("Add", "nothing one", "always"),
        node("Concat", "there missing deny always", "features", axis=1),
        node("MatMul", "features weights", "logits"),
    ]
    long = TensorProto.INT64
    names = ("input_ids", "attention_mask", "token_type_ids")
    inputs = [
        helper.make_tensor_value_info(name, long, ["batch", tokens])
        for name in names[: 3 if types else 2]
    ]
    outputs = [helper.make_tensor_value_info("logits", f, ["batch", len(labels)])]
    arrays = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, arrays)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    made.ir_version = 9
    onnx.checker.check_model(made)
    return made
