"""A tiny language model in a GGUF file, made on the spot: random weights, a byte-level tokenizer
and a chat template with a thinking block. It speaks nonsense, but everything around it is real."""

from pathlib import Path

import gguf
import numpy as np

TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>"
    "{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}"
    "{% endif %}"
)
LAYERS, WIDTH, HEADS, HIDDEN, CONTEXT = 2, 64, 4, 128, 4096


def make(path: Path) -> Path:
    """Write the model (about half a megabyte)."""
    chance = np.random.default_rng(7)
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    _tokenizer(writer)
    vocabulary = 256 + 3 + 26
    for name, shape in _shapes(vocabulary):
        weights = chance.standard_normal(shape, dtype=np.float32) * 0.2
        writer.add_tensor(name, np.ones(shape, np.float32) if "norm" in name else weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _tokenizer(writer: gguf.GGUFWriter) -> None:
    """SentencePiece-like: three control tokens, every byte, every small letter."""
    control, byte, normal = gguf.TokenType.CONTROL, gguf.TokenType.BYTE, gguf.TokenType.NORMAL
    tokens = ["<unk>", "<s>", "</s>"]
    kinds = [gguf.TokenType.UNKNOWN, control, control]
    tokens += [f"<0x{n:02X}>" for n in range(256)]
    kinds += [byte] * 256
    tokens += [chr(ord("a") + n) for n in range(26)]
    kinds += [normal] * 26
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_chat_template(TEMPLATE)


def _shapes(vocabulary: int) -> list[tuple[str, tuple[int, ...]]]:
    shapes: list[tuple[str, tuple[int, ...]]] = [("token_embd.weight", (vocabulary, WIDTH))]
    for layer in range(LAYERS):
        blocks = {
            "attn_norm": (WIDTH,), "attn_q": (WIDTH, WIDTH), "attn_k": (WIDTH, WIDTH),
            "attn_v": (WIDTH, WIDTH), "attn_output": (WIDTH, WIDTH), "ffn_norm": (WIDTH,),
            "ffn_gate": (HIDDEN, WIDTH), "ffn_up": (HIDDEN, WIDTH), "ffn_down": (WIDTH, HIDDEN),
        }  # fmt: skip
        shapes += [(f"blk.{layer}.{name}.weight", shape) for name, shape in blocks.items()]
    return [*shapes, ("output_norm.weight", (WIDTH,)), ("output.weight", (vocabulary, WIDTH))]
