"""Article extraction beside plain trafilatura, in one run.

    python benchmarks/extraction.py            # DENGMI_TEST_DATA or ../shared/data

Prints token and 4-gram precision, recall and F1 (means over the pages) on the human-made bodies
of the `extraction` set, then title, length, author and date found on each page of `pages_zh`.
"""

import gzip
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from dengmi.core.errors import Unreadable
from dengmi.corpus.blocks import blocks
from dengmi.corpus.extract.page import page

DATA = Path(os.environ.get("DENGMI_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
TOKEN = re.compile(r"\w+")
Shingles = Counter[tuple[str, ...]]


def shingles(text: str, size: int) -> Shingles:
    tokens = TOKEN.findall(text)
    return Counter(tuple(tokens[at : at + size]) for at in range(len(tokens) - size + 1))


def scores(found: Shingles, wanted: Shingles) -> tuple[float, float, float]:
    """Precision, recall and F1 of two bags."""
    both = (found & wanted).total()
    precision = both / found.total() if found else 0.0
    recall = both / wanted.total() if wanted else 0.0
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def ours(html: str, url: str) -> str:
    try:
        return "\n".join(block.text for block in blocks(page(html, url).body, "markdown"))
    except Unreadable:
        return ""


def peer(html: str, url: str) -> str:
    from trafilatura import extract

    return extract(html, url=url) or ""


def compare() -> None:
    truth = json.loads((DATA / "extraction" / "ground-truth.json").read_text(encoding="utf-8"))
    pages = []
    for file in sorted((DATA / "extraction" / "html").iterdir()):
        name = file.name.split(".")[0]
        html = gzip.decompress(file.read_bytes()).decode("utf-8", "replace")
        pages.append((html, truth[name]["url"], truth[name]["articleBody"]))
    print(f"{len(pages)} pages\n{'':22}  tokens P / R / F1       4-grams P / R / F1    ms a page")
    readers: dict[str, Callable[[str, str], str]] = {"dengmi": ours, "trafilatura.extract": peer}
    for name, read in readers.items():
        start = time.perf_counter()
        texts = [read(html, url) for html, url, _ in pages]
        each = (time.perf_counter() - start) * 1000 / len(pages)
        row = f"{name:22}"
        for size in (1, 4):
            marks = [
                scores(shingles(text, size), shingles(body, size))
                for text, (_, _, body) in zip(texts, pages, strict=True)
            ]
            means = (sum(mark[part] for mark in marks) / len(marks) for part in range(3))
            row += "  " + " ".join(f"{mean:.4f}" for mean in means)
        print(f"{row}  {each:8.1f}")


def chinese() -> None:
    print(f"\n{'page':22} {'chars':>6}  {'date':19}  title · author")
    for file in sorted((DATA / "pages_zh").glob("*.html")):
        try:
            found = page(file.read_bytes(), "")
        except Unreadable as error:
            print(f"{file.stem:22} {error}")
            continue
        said = f"{found.title} · {found.author}" if found.author else found.title
        print(f"{file.stem:22} {len(found.body):6}  {found.published or '':19}  {said}")


if __name__ == "__main__":
    compare()
    chinese()
