"""Where the files of a model for natural language inference lie: in a folder, or fetched from
Hugging Face into the home."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from dengmi.models.onnx_files import first_of, json_of

FOLDER = "models/nli"
"""Where fetched models are kept, inside the home."""

MOST_TOKENS = 512
"""Tokens of premise and claim together at the most, also of models that could read more: the time
grows with them, and an answer waits."""

_ONNX = (
    "model.onnx",
    "onnx/model.onnx",
    "model_quantized.onnx",
    "onnx/model_quantized.onnx",
    "model_optimized.onnx",
)
_BESIDE = ("config.json", "tokenizer.json", "tokenizer_config.json")
_SHIFTED = ("roberta", "xlm-roberta", "camembert")
"""Kinds of models whose first position is behind that of the padding."""


@dataclass(frozen=True, slots=True)
class Files:
    """A model's files, and what stands in them. `most`: tokens that it reads at the most."""

    model: Path
    tokenizer: Path
    config: dict[str, Any]
    most: int


def found(model: str, file: str, home: Path, *, fetch: bool) -> Files:
    """The files of a model, fetched where they are not here and may be. What is here is used
    without any request. Blocks.

    Args:
        model: a folder (absolute, or beginning with ~), or a name at Hugging Face.
        file: the ONNX file inside of it; "" for the first of the usual names.

    Raises:
        FileNotFoundError: a file is missing; OSError and others of the hub's library.
    """
    folder = Path(model).expanduser()
    if folder.is_absolute():
        return _files(folder, file)
    hub = import_module("huggingface_hub")
    kept = home / FOLDER
    try:
        return _files(
            Path(hub.snapshot_download(model, cache_dir=kept, local_files_only=True)), file
        )
    except Exception:  # whatever is wrong with what is here, fetching may mend it
        if not fetch:
            raise
    there = hub.list_repo_files(model)
    chosen = file or next((name for name in _ONNX if name in there), _ONNX[0])
    import_module("huggingface_hub.utils").disable_progress_bars()
    wanted = [chosen, f"{chosen}_data", *_BESIDE]
    return _files(Path(hub.snapshot_download(model, cache_dir=kept, allow_patterns=wanted)), file)


def _files(folder: Path, file: str) -> Files:
    model = folder / first_of(folder, (file,) if file else _ONNX)
    tokenizer = folder / "tokenizer.json"
    if not tokenizer.is_file():
        raise FileNotFoundError(f"{folder}: tokenizer.json?")
    config = json_of(folder / "config.json")
    return Files(model, tokenizer, config, _most(config, json_of(folder / "tokenizer_config.json")))


def _most(config: dict[str, Any], tokenizer: dict[str, Any]) -> int:
    """By the model's positions and by what its tokenizer says, which is a huge number in some."""
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int) and config.get("model_type") in _SHIFTED:
        positions -= 2
    told = (MOST_TOKENS, positions, tokenizer.get("model_max_length"))
    return int(min(n for n in told if isinstance(n, int | float) and n > 0))
