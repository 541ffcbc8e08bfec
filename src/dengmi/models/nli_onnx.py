"""A model for natural language inference, run by onnxruntime. Everything here blocks."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from dengmi.core.entailment import Odds, Pair
from dengmi.models.nli_files import Files
from dengmi.models.nli_labels import Role


class NliSession:
    """Reads pairs of premise and claim.

    Args:
        files: the model and its tokenizer.
        roles: what its outputs mean, in order.
        threads: of the processor, for one run.

    Raises:
        ValueError, RuntimeError and others: the files cannot be read, or do not fit together.
    """

    def __init__(self, files: Files, roles: Sequence[Role], threads: int) -> None:
        self._np: Any = import_module("numpy")
        self._roles = tuple(roles)
        self._session = _session(files, threads)
        inputs = self._session.get_inputs()
        self._takes = [each.name for each in inputs]
        self._fixed = _fixed(inputs[0].shape)
        most = min(files.most, self._fixed or files.most)
        outputs = [each.name for each in self._session.get_outputs()]
        self._gives = "logits" if "logits" in outputs else outputs[0]
        self._tokenizer: Any = import_module("tokenizers").Tokenizer.from_file(str(files.tokenizer))
        self._tokenizer.no_padding()
        # The longer part is cut first: the premise, unless the claim alone fills half of the room.
        self._tokenizer.enable_truncation(most, strategy="longest_first")
        self._half = (most - self._tokenizer.num_special_tokens_to_add(True)) // 2
        pad = files.config.get("pad_token_id")
        self._pad = pad if isinstance(pad, int) else 0
        self.odds([("a", "a")])  # what does not fit together is found now

    def odds(self, pairs: Sequence[Pair]) -> list[Odds | None]:
        """The odds of each pair, in one run; None where the claim is too long to be read whole."""
        read = self._tokenizer.encode_batch(list(pairs))
        whole = [n for n, each in enumerate(read) if each.sequence_ids.count(1) < self._half]
        found: list[Odds | None] = [None] * len(read)
        if whole:
            for n, shares in zip(whole, self._run([read[n] for n in whole]), strict=True):
                found[n] = self._told(shares)
        return found

    def _run(self, read: Sequence[Any]) -> Any:
        """Shares of the labels, one row for each pair."""
        np = self._np
        longest = self._fixed or max(len(each.ids) for each in read)
        shape = (len(read), longest)
        given = {
            "input_ids": np.full(shape, self._pad, np.int64),
            "attention_mask": np.zeros(shape, np.int64),
            "token_type_ids": np.zeros(shape, np.int64),
        }
        for n, each in enumerate(read):
            size = len(each.ids)
            given["input_ids"][n, :size] = each.ids
            given["attention_mask"][n, :size] = 1
            given["token_type_ids"][n, :size] = each.type_ids
        (logits,) = self._session.run([self._gives], {name: given[name] for name in self._takes})
        logits = np.asarray(logits, np.float64)
        if logits.shape != (len(read), len(self._roles)):
            raise ValueError(f"outputs {logits.shape[1:]} for {len(self._roles)} labels")
        if len(self._roles) == 1:
            return 1 / (1 + np.exp(-logits))
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return raised / raised.sum(axis=1, keepdims=True)

    def _told(self, shares: Any) -> Odds | None:
        if not self._np.isfinite(shares).all():
            return None
        by_role: dict[Role, float] = {}
        for role, share in zip(self._roles, shares, strict=True):
            by_role[role] = by_role.get(role, 0.0) + float(share)
        return Odds(by_role.get("entails", 0.0), by_role.get("contradicts", 0.0))


def _fixed(shape: Sequence[Any]) -> int | None:
    """How many tokens it takes, where it was exported for one number of them only."""
    tokens = shape[1] if len(shape) == 2 else None
    return tokens if isinstance(tokens, int) else None


def _session(files: Files, threads: int) -> Any:
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that wait in a loop would take the processor from everybody else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return runtime.InferenceSession(str(files.model), options, providers=["CPUExecutionProvider"])
