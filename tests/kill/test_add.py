"""`dengmi add`, killed with SIGKILL at random moments, loses nothing and doubles nothing."""

import asyncio
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from dengmi.store.open import open_store
from tests.commands import DENGMI, run

pytestmark = pytest.mark.slow

ARTICLES = 600
SENTENCES = (
    "元宵节的灯笼挂满了河岸，每一盏上都写着谜语。",
    "The owner of the lantern gives a small gift to whoever solves the riddle.",
    "今年的灯会从正月十三开始，一直持续到正月十八。",
    "路过的人停下来读，猜中的人把红纸撕下来交给主人。",
)


def write_articles(path: Path, version: int) -> None:
    """Version 1 leaves out the last third, changes every fifth and drops every seventh article
    of version 2's."""
    with path.open("w", encoding="utf-8") as file:
        for n in range(ARTICLES if version == 2 else ARTICLES * 2 // 3):
            if version == 2 and n % 7 == 3:
                continue
            rng = random.Random(n + (version * 10_000 if n % 5 == 0 else 0))
            text = "\n".join(f"{n}：" + "".join(rng.choices(SENTENCES, k=6)) for _ in range(5))
            file.write(json.dumps({"id": str(n), "title": f"第{n}篇", "text": text}) + "\n")


def add(home: Path, path: Path, *, kill_after: float | None = None) -> tuple[int, bool]:
    """Run the command; (its session, whether it ended by itself, with success)."""
    call = [*DENGMI, "--home", str(home), "add", str(path)]
    running = subprocess.Popen(
        call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        out, _ = running.communicate(timeout=kill_after or 120)
    except subprocess.TimeoutExpired:
        # The command alone: what it has started must notice by itself.
        os.kill(running.pid, signal.SIGKILL)
        running.communicate(timeout=20)
        return running.pid, False
    assert running.returncode == 0, out.decode()
    return running.pid, True


def sessions() -> set[int]:
    """The sessions that any process belongs to: each command here was started in its own."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            found.add(int(entry.read_text().rpartition(")")[2].split()[3]))
        except OSError:
            continue
    return found


def content(home: Path) -> Mapping[str, object]:
    """Everything the store holds of articles: texts, versions of content, passages by id."""

    async def read() -> dict[str, object]:
        store = open_store(str(home / "dengmi.sqlite"))
        await store.open()
        try:
            heads = await store.articles(limit=100_000)
            passages = await store.article_passages([head.pk for head in heads])
            found: dict[str, object] = {}
            for head in heads:
                article = await store.article(head.id, head.desk)
                assert article is not None
                assert head.id not in found, "an article is there twice"
                inside = [(p.id, p.n, p.text) for p in passages[head.pk][1]]
                found[head.id] = (article.content_hash, article.body, head.title, inside)
            counts = await store.counts()
            assert counts["articles"] == len(heads)
            assert counts["passages"] == sum(len(parts) for _, parts in passages.values())
            return found
        finally:
            await store.close()

    return asyncio.run(read())


def search(home: Path, words: str) -> list[str]:
    return [hit["passage_id"] for hit in run(home, "search", words, "--json").json["hits"]]


def test_killed_again_and_again(tmp_path: Path) -> None:
    path, calm, wild = tmp_path / "articles.jsonl", tmp_path / "calm", tmp_path / "wild"
    rng = random.Random(int(os.environ.get("DENGMI_TEST_SEED", "1")))
    for version in (1, 2):
        write_articles(path, version)
        began = time.monotonic()
        assert add(calm, path)[1]
        took = time.monotonic() - began
        runs = [add(wild, path, kill_after=rng.uniform(0.15, 0.9) * took) for _ in range(4)]
        killed = {session for session, ended in runs if not ended}
        assert killed, "nothing was ever killed: the moments are chosen badly"
        assert add(wild, path)[1]
        assert content(wild) == content(calm)
        for words in ("灯笼 谜语", "第333篇", "riddle gift"):
            assert sorted(search(wild, words)) == sorted(search(calm, words))
        if Path("/proc/self/stat").exists():
            assert not killed & sessions(), "something that a killed command started still runs"
