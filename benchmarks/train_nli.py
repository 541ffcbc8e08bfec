"""Teaches a model for natural language inference to judge the sentences of answers.

    python benchmarks/train_nli.py --base FOLDER|NAME --out FOLDER
        [--languages en,zh] [--epochs 3] [--top N] [--rate 1e-4]

Needs torch, transformers, onnx and onnxruntime. --base: what transformers opens for sequences with
labels, such as cross-encoder/nli-deberta-v3-xsmall (English, Apache-2.0); whatever it knows of
inference already is what counts. It learns from `pairs.jsonl` and the planted sentences that the
built-in judge learned from, as a desk shows them to it. --top N: only the N upper layers learn, in
less than half of the time.

Writes model.onnx (8 bits), tokenizer.json and config.json: `nli.model = FOLDER` and
`nli.decides = true`. Then: python benchmarks/citations.py --nli FOLDER --decides. Minutes for each
pass on two cores.
"""

import argparse
import itertools
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from _judging import TRAINED, Labelled, pairs, planted
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from dengmi.answer.write.entailed import pair_of
from dengmi.models.nli_labels import labels_in, roles_of

LABELS = ("entailment", "neutral", "contradiction")
ROLES = ("entails", "neither", "contradicts")
UNSAID = frozenset(("unsupported", "wrong_sentence"))
"""What is done to claims that their sentences just do not say; the others they deny."""

MOST_TOKENS = 224
TOGETHER = 1_536
"""Tokens of one step."""

Row = tuple[list[int], int]
"""The tokens of a premise and its claim, and which of LABELS they have."""


def rows(tokenizer: Any, languages: Sequence[str]) -> list[Row]:
    """What is learned from."""
    known = [each for _, each in pairs()]
    known += itertools.chain.from_iterable(map(planted, TRAINED))
    chosen = [each for each in known if each.kind.partition(" ")[0] in languages]
    shown = [pair_of(each.claim, each.sources) for each in chosen]
    read = tokenizer(
        [premise for premise, _ in shown],
        [claim for _, claim in shown],
        truncation="longest_first",
        max_length=MOST_TOKENS,
    )["input_ids"]
    return [(ids, label(each)) for ids, each in zip(read, chosen, strict=True)]


def label(each: Labelled) -> int:
    """Which of LABELS a claim has."""
    if each.label:
        return 0
    return 1 if each.kind.partition(" ")[2] in UNSAID else 2


def batches(rows: Sequence[Row], rng: random.Random) -> Iterator[list[Row]]:
    """All rows in an order by chance, those of one batch about as long as each other."""
    order = rng.sample(rows, len(rows))
    found: list[list[Row]] = []
    for at in range(0, len(order), 1_024):
        batch: list[Row] = []
        for row in sorted(order[at : at + 1_024], key=lambda row: len(row[0])):
            if batch and len(row[0]) * (len(batch) + 1) > TOGETHER:
                found.append(batch)
                batch = []
            batch.append(row)
        found.append(batch)
    rng.shuffle(found)
    yield from found


def with_head(model: Any) -> Any:
    """The model with an output for each of LABELS, begun with what it knew of them."""
    head = model.classifier
    last = head if isinstance(head, torch.nn.Linear) else head.out_proj
    roles = roles_of(labels_in(json.loads(model.config.to_json_string())))
    new = torch.nn.Linear(last.in_features, len(ROLES))
    with torch.no_grad():
        for n, role in enumerate(ROLES):
            old = roles.index(role if role in roles else "neither")
            new.weight[n] = last.weight[old]
            new.bias[n] = last.bias[old] - (0.0 if role in roles else 0.7)
    if last is head:
        model.classifier = new
    else:
        head.out_proj = new
    model.num_labels = model.config.num_labels = len(LABELS)
    model.config.id2label = dict(enumerate(LABELS))
    model.config.label2id = {name: n for n, name in enumerate(LABELS)}
    return model


def learn(model: Any, data: Sequence[Row], pad: int, options: argparse.Namespace) -> None:
    """Teach it, with a rate that falls to nothing."""
    layers = model.base_model.encoder.layer
    if options.top:
        for part in (model.base_model.embeddings, *layers[: -options.top]):
            part.requires_grad_(requires_grad=False)
    free = [each for each in model.parameters() if each.requires_grad]
    chosen = torch.optim.AdamW(free, lr=options.rate, weight_decay=0.01)
    rng, began, step = random.Random(1), time.monotonic(), 0
    steps = options.epochs * sum(1 for _ in batches(data, random.Random(0)))
    model.train()
    for epoch in range(options.epochs):
        for batch in batches(data, rng):
            for group in chosen.param_groups:
                group["lr"] = options.rate * min(1, step / 60) * max(0, 1 - step / steps)
            ids, mask = padded([ids for ids, _ in batch], pad)
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(input_ids=ids, attention_mask=mask).logits
            right = torch.tensor([label for _, label in batch])
            loss = torch.nn.functional.cross_entropy(logits.float(), right)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(free, 1.0)
            chosen.step()
            chosen.zero_grad()
            step += 1
            if step % 50 == 0:
                took = time.monotonic() - began
                print(f"{step} of {steps}: loss {loss.item():.2f}, {took:.0f} s", file=sys.stderr)
        print(f"pass {epoch + 1}: {time.monotonic() - began:.0f} s", flush=True)


def padded(read: Sequence[Sequence[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and mask, each (batch, tokens)."""
    longest = max(map(len, read))
    ids = torch.tensor([[*each, *[pad] * (longest - len(each))] for each in read])
    mask = torch.tensor([[1] * len(each) + [0] * (longest - len(each)) for each in read])
    return ids, mask


def write(model: Any, tokenizer: Any, out: Path) -> None:
    """The folder that `nli.model` names."""
    out.mkdir(parents=True, exist_ok=True)
    model.eval()
    whole = out / "whole.onnx"
    ids = torch.ones(2, 16, dtype=torch.long)
    names = {"input_ids": {0: "batch", 1: "tokens"}, "attention_mask": {0: "batch", 1: "tokens"}}
    torch.onnx.export(
        Logits(model),
        (ids, torch.ones_like(ids)),
        str(whole),
        input_names=list(names),
        output_names=["logits"],
        dynamic_axes={**names, "logits": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(whole, out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    whole.unlink()
    tokenizer.save_pretrained(out)
    model.config.save_pretrained(out)


class Logits(torch.nn.Module):
    """The model as what it gives for token ids and mask."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self._model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """(batch, labels)."""
        return self._model(input_ids=input_ids, attention_mask=attention_mask).logits


def main() -> None:
    """Teach and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--languages", default="en,zh")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--top", type=int, default=0)
    parser.add_argument("--rate", type=float, default=1e-4)
    options = parser.parse_args()
    torch.manual_seed(1)
    tokenizer = AutoTokenizer.from_pretrained(options.base)
    model = with_head(AutoModelForSequenceClassification.from_pretrained(options.base))
    data = rows(tokenizer, options.languages.split(","))
    print(f"{len(data)} claims, {sum(len(ids) for ids, _ in data)} tokens", flush=True)
    learn(model, data, tokenizer.pad_token_id or 0, options)
    write(model, tokenizer, options.out)


if __name__ == "__main__":
    main()
