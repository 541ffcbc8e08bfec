"""A tiny BERT in a GGUF file, made on the spot: random weights, WordPiece over letters, and a head
that scores a pair where it is to rerank. Its vectors mean nothing, but all around is real."""

from pathlib import Path

import gguf
import numpy as np

LAYERS, WIDTH, HEADS, HIDDEN, CONTEXT = 1, 32, 2, 64, 128
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def make(path: Path, *, reranks: bool = False) -> Path:
    """Write the model (some 100 kB)."""
    chance = np.random.default_rng(11)
    writer = gguf.GGUFWriter(str(path), "bert")
    writer.add_name("tiny-bert")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    pooling = gguf.PoolingType.RANK if reranks else gguf.PoolingType.MEAN
    writer.add_pooling_type(pooling)
    tokens = _tokenizer(writer)
    shapes = _shapes(len(tokens), reranks)
    for name, shape in shapes:
        weights = chance.standard_normal(shape, dtype=np.float32) * 0.3
        plain = np.ones(shape, np.float32) if name.endswith("norm.weight") else weights
        writer.add_tensor(name, plain)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _tokenizer(writer: gguf.GGUFWriter) -> list[str]:
    """WordPiece of single letters: "▁" marks the beginning of a word, as llama.cpp has it."""
    letters = [chr(ord("a") + n) for n in range(26)] + list("0123456789.?")
    tokens = [*_SPECIAL, *(f"▁{letter}" for letter in letters), *letters]
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    kinds = [control] * len(_SPECIAL) + [normal] * (len(tokens) - len(_SPECIAL))
    writer.add_tokenizer_model("bert")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_type_count(2)
    writer.add_pad_token_id(0)
    writer.add_unk_token_id(1)
    writer.add_bos_token_id(2)
    writer.add_eos_token_id(3)
    writer.add_sep_token_id(3)
    writer.add_mask_token_id(4)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)
    return tokens


def _shapes(vocabulary: int, reranks: bool) -> list[tuple[str, tuple[int, ...]]]:
    shapes: list[tuple[str, tuple[int, ...]]] = [
        ("token_embd.weight", (vocabulary, WIDTH)),
        ("token_types.weight", (2, WIDTH)),
        ("position_embd.weight", (CONTEXT, WIDTH)),
        ("token_embd_norm.weight", (WIDTH,)),
        ("token_embd_norm.bias", (WIDTH,)),
    ]
    for layer in range(LAYERS):
        blocks = {
            "attn_q": (WIDTH, WIDTH), "attn_k": (WIDTH, WIDTH), "attn_v": (WIDTH, WIDTH),
            "attn_output": (WIDTH, WIDTH), "attn_output_norm": (WIDTH,),
            "ffn_up": (HIDDEN, WIDTH), "ffn_down": (WIDTH, HIDDEN), "layer_output_norm": (WIDTH,),
        }  # fmt: skip
        for name, shape in blocks.items():
            at = f"blk.{layer}.{name}"
            shapes += [(f"{at}.weight", shape), (f"{at}.bias", shape[:1])]
    if reranks:
        shapes += [("cls.weight", (WIDTH, WIDTH)), ("cls.bias", (WIDTH,))]
        shapes += [("cls.output.weight", (1, WIDTH)), ("cls.output.bias", (1,))]
    return shapes
