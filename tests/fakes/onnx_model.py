"""Tiny ONNX models with a tokenizer in a folder, made on the spot: an embedding model that gives
each token's row of a table, and a cross encoder that adds up the rows' first numbers."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WIDTH = 16
_WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "lantern", "lamp", "riddle", "tea", "a", "the", "red")


def make(folder: Path, *, reranks: bool = False) -> Path:
    """Write model.onnx, tokenizer.json and what fastembed reads beside them."""
    folder.mkdir(parents=True)
    table = np.random.default_rng(3).standard_normal((len(_WORDS), WIDTH)).astype(np.float32)
    table[_WORDS.index("lamp")] = table[_WORDS.index("lantern")] * 1.1
    table[:4] = 0
    onnx.save(_model(table, reranks), str(folder / "model.onnx"))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer(_WORDS)))
    (folder / "config.json").write_text(json.dumps({"hidden_size": WIDTH, "pad_token_id": 0}))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"model_max_length": 128, "pad_token": "[PAD]"})
    )
    return folder


def _model(table: np.ndarray, reranks: bool) -> onnx.ModelProto:
    """Each token's row; for reranking, the mean of all first numbers."""
    long = TensorProto.INT64
    inputs = [
        helper.make_tensor_value_info(name, long, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["rows"])]
    shape: list[str | int] = ["batch", "tokens", WIDTH]
    output = "rows"
    constants = [numpy_helper.from_array(table, "table")]
    if reranks:
        constants.append(numpy_helper.from_array(np.array([1], np.int64), "axes"))
        constants.append(numpy_helper.from_array(np.ones((WIDTH, 1), np.float32), "head"))
        nodes.append(helper.make_node("ReduceMean", ["rows", "axes"], ["mean"], keepdims=0))
        nodes.append(helper.make_node("MatMul", ["mean", "head"], ["logits"]))
        output, shape = "logits", ["batch", 1]
    outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    made.ir_version = 9
    return made


def tokenizer(words: Sequence[str]) -> dict[str, object]:
    """Words between spaces, as `tokenizers` reads them; the first four are special."""
    special = [
        {
            "id": n, "content": word, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": False, "special": True,
        }
        for n, word in enumerate(words[:4])
    ]  # fmt: skip
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": {
            "type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2],
        },
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {word: n for n, word in enumerate(words)},
            "unk_token": "[UNK]",
        },
    }  # fmt: skip
