"""all-MiniLM-L6-v2 served by llama.cpp: a real `/v1/embeddings` endpoint with real weights.

The weights are those of `_minilm`, written once as a GGUF file in the temporary folder.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from _minilm import HEADS, LAYERS, WIDTH, weights_of

HIDDEN, CONTEXT = 4 * WIDTH, 512
_NAMES = {
    "attention.self.query": "attn_q", "attention.self.key": "attn_k",
    "attention.self.value": "attn_v", "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm", "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down", "output.LayerNorm": "layer_output_norm",
}  # fmt: skip
_SPECIAL = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}


@contextmanager
def minilm(folder: Path, threads: int = 1) -> Iterator[str]:
    """The address of the endpoint, while it is entered."""
    import xllamacpp

    file = Path(tempfile.gettempdir()) / "dengmi-bench-minilm.gguf"
    if not file.exists():
        write_gguf(folder, file.with_suffix(".new"))
        file.with_suffix(".new").replace(file)
    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.embedding = True
    params.n_ctx = 2048
    params.n_batch = params.n_ubatch = CONTEXT
    params.n_parallel = 4
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.ui = params.warmup = False
    params.verbosity = 0
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"


def write_gguf(folder: Path, path: Path) -> None:
    """The model as llama.cpp reads it, matrices at half precision."""
    import gguf
    import numpy as np

    weights = weights_of(folder / "model.safetensors")
    writer = gguf.GGUFWriter(str(path), "bert")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    _vocabulary(writer, folder)
    for name, tensor in _tensors(weights):
        flat = tensor.ndim == 1 or "position" in name or "types" in name
        writer.add_tensor(name, np.ascontiguousarray(tensor, np.float32 if flat else np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _vocabulary(writer: Any, folder: Path) -> None:
    """WordPiece as llama.cpp has it: "▁" marks the beginning of a word instead of "##" the rest."""
    import gguf

    read = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    tokens, kinds = [], []
    for token in sorted(read, key=read.get):
        special = token in _SPECIAL or (token.startswith("[") and token.endswith("]"))
        kinds.append(gguf.TokenType.CONTROL if special else gguf.TokenType.NORMAL)
        if special:
            tokens.append(token)
        else:
            tokens.append(token[2:] if token.startswith("##") else f"▁{token}")
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("jina-v2-en")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_type_count(2)
    for add, token in (
        (writer.add_pad_token_id, "[PAD]"), (writer.add_unk_token_id, "[UNK]"),
        (writer.add_bos_token_id, "[CLS]"), (writer.add_eos_token_id, "[SEP]"),
        (writer.add_sep_token_id, "[SEP]"), (writer.add_mask_token_id, "[MASK]"),
    ):  # fmt: skip
        add(read[token])
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)


def _tensors(weights: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "token_embd.weight", weights["embeddings.word_embeddings.weight"]
    yield "position_embd.weight", weights["embeddings.position_embeddings.weight"]
    yield "token_types.weight", weights["embeddings.token_type_embeddings.weight"]
    for kind in ("weight", "bias"):
        yield f"token_embd_norm.{kind}", weights[f"embeddings.LayerNorm.{kind}"]
        for layer in range(LAYERS):
            for theirs, ours in _NAMES.items():
                yield (
                    f"blk.{layer}.{ours}.{kind}",
                    weights[f"encoder.layer.{layer}.{theirs}.{kind}"],
                )
