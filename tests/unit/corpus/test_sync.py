"""Folders, files and JSONL brought into a real store, and kept in step."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from dengmi.core.errors import BadInput, Conflict, NotFound, Unreadable
from dengmi.core.records import Draft, Source
from dengmi.corpus import preparing
from dengmi.corpus.items import storable
from dengmi.corpus.locks import only_one
from dengmi.corpus.prepare import prepare, version_of
from dengmi.corpus.preparing import Preparer
from dengmi.corpus.sync import Report
from dengmi.settings.options import FileSettings, Settings
from dengmi.store.store import SqlStore
from tests.unit.corpus.conftest import Bench, corpus_of


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    settings = Settings(home=tmp_path / "home", files=FileSettings(max_bytes=100_000))
    async with corpus_of(settings) as opened:
        yield opened


def counts(report: Report) -> tuple[int, int, int, int, int, int]:
    """added, changed, unchanged, removed, skipped, failed"""
    numbers = report.added, report.changed, report.unchanged, report.removed, report.skipped
    return (*numbers, len(report.failed))


async def titles(store: SqlStore) -> list[str]:
    return sorted(head.title for head in await store.articles())


async def content(store: SqlStore) -> Mapping[str, tuple[str, int]]:
    heads = await store.articles(limit=100_000)
    articles = [await store.article(head.id, head.desk) for head in heads]
    return {a.head.title: (a.body, a.version) for a in articles if a is not None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "articles"
    (root / "sub").mkdir(parents=True)
    (root / "a.md").write_text("# First\n\nThe lantern is red.\n", "utf-8")
    (root / "sub" / "b.txt").write_text("灯谜\n\n挂在灯笼上的谜语，谁都可以猜。\n", "utf-8")
    (root / ".hidden.md").write_text("# Hidden\n\nNobody reads this.\n", "utf-8")
    (root / ".git").mkdir()
    (root / ".git" / "c.md").write_text("# Hidden too\n\nNor this.\n", "utf-8")
    (root / "picture.png").write_bytes(b"\x89PNG")
    return root


async def test_a_folder_is_added_and_kept_in_step(bench: Bench, folder: Path) -> None:
    corpus, store = bench
    source = await corpus.add("main", str(folder))
    assert source.kind == "folder"
    report = await corpus.sync(source)
    assert counts(report) == (2, 0, 0, 0, 1, 0)
    assert [note.code for note in report.notes] == ["file_kind"]
    assert await titles(store) == ["First", "灯谜"]
    before = await store.last_change()
    assert counts(await corpus.sync(source)) == (0, 0, 2, 0, 1, 0)
    assert await store.last_change() == before

    (folder / "a.md").write_text("# First\n\nThe lantern is green now.\n", "utf-8")
    (folder / "new.md").write_text("# New\n\nA new riddle.\n", "utf-8")
    (folder / "sub" / "b.txt").unlink()
    assert counts(await corpus.sync(source)) == (1, 1, 0, 1, 1, 0)
    assert await titles(store) == ["First", "New"]


async def test_a_touched_file_is_read_but_not_written(bench: Bench, folder: Path) -> None:
    corpus, store = bench
    source = await corpus.add("main", str(folder))
    await corpus.sync(source)
    before = await store.last_change()
    os.utime(folder / "a.md", ns=(1, 1))
    assert counts(await corpus.sync(source)) == (0, 0, 2, 0, 1, 0)
    assert await store.last_change() == before
    assert (await store.known(source.id))["a.md"].modified.startswith("1-")


async def test_one_bad_file_does_not_stop_the_rest_and_keeps_what_was_there(
    bench: Bench, folder: Path
) -> None:
    corpus, store = bench
    source = await corpus.add("main", str(folder))
    await corpus.sync(source)
    (folder / "a.md").write_bytes(b"x" * 100_001)
    (folder / "z.md").write_bytes(bytes(range(32)) * 100)
    report = await corpus.sync(source)
    assert counts(report) == (0, 0, 1, 0, 1, 2)
    assert {(t.key, t.code) for t in report.failed} == {
        ("a.md", "file_too_large"),
        ("z.md", "file_not_text"),
    }
    assert await titles(store) == ["First", "灯谜"]


async def test_a_folder_that_vanished_or_is_empty_loses_nothing(
    bench: Bench, folder: Path, tmp_path: Path
) -> None:
    corpus, store = bench
    source = await corpus.add("main", str(folder))
    await corpus.sync(source)
    await asyncio.to_thread(folder.rename, tmp_path / "away")
    with pytest.raises(Unreadable) as caught:
        await corpus.sync(source)
    assert caught.value.code == "path_missing"
    await asyncio.to_thread(folder.mkdir)
    with pytest.raises(Unreadable) as caught:
        await corpus.sync(source)
    assert caught.value.code == "folder_empty"
    assert await titles(store) == ["First", "灯谜"]


async def test_links_do_not_lead_outside(bench: Bench, folder: Path, tmp_path: Path) -> None:
    corpus, store = bench
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("# Secret\n\nNot for everyone.\n", "utf-8")
    (folder / "link.md").symlink_to(outside / "secret.md")
    (folder / "linked").symlink_to(outside)
    (folder / "inside.md").symlink_to(folder / "a.md")
    (folder / "loop").symlink_to(folder)
    (folder / "broken.md").symlink_to(folder / "nothing")
    await corpus.sync(await corpus.add("main", str(folder)))
    assert await titles(store) == ["First", "First", "灯谜"]


async def test_an_emptied_file_is_no_article_any_more(bench: Bench, folder: Path) -> None:
    corpus, store = bench
    source = await corpus.add("main", str(folder))
    await corpus.sync(source)
    (folder / "a.md").write_text("# First\n", "utf-8")
    report = await corpus.sync(source)
    assert report.removed == 1
    assert await titles(store) == ["灯谜"]


def write_lines(path: Path, *lines: object) -> None:
    text = "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines)
    path.write_text(text + "\n", "utf-8")


async def test_jsonl_in_step_and_a_broken_line_removes_nothing(
    bench: Bench, tmp_path: Path
) -> None:
    corpus, store = bench
    path = tmp_path / "a.jsonl"
    one = {"id": "1", "title": "One", "text": "The first text."}
    two = {"id": "2", "title": "Two", "text": "The second text."}
    write_lines(path, one, two)
    source = await corpus.add("main", str(path))
    assert source.kind == "jsonl"
    seen: list[tuple[int, int | None]] = []
    report = await corpus.sync(source, lambda done, total, _: seen.append((done, total)))
    assert counts(report) == (2, 0, 0, 0, 0, 0)
    assert seen[-1] == (2, 2)
    article = await store.article("1")
    assert article is not None
    assert article.head.title == "One"

    write_lines(path, '{"id": "2", "title": "Tw', one | {"text": "Changed text."})
    report = await corpus.sync(source)
    assert counts(report) == (0, 1, 0, 0, 0, 1)
    assert await titles(store) == ["One", "Two"]

    write_lines(path, one)
    assert counts(await corpus.sync(source)) == (0, 1, 0, 1, 0, 0)
    assert await titles(store) == ["One"]


async def test_many_articles_pass_through_the_second_process(bench: Bench, tmp_path: Path) -> None:
    corpus, store = bench
    path = tmp_path / "many.jsonl"
    body = "灯笼上写着谜语，路过的人都可以来猜。" * 40
    write_lines(
        path, *({"id": str(n), "title": f"T{n}", "text": f"{n} {body}"} for n in range(400))
    )
    source = await corpus.add("main", str(path))
    assert counts(await corpus.sync(source)) == (400, 0, 0, 0, 0, 0)
    assert counts(await corpus.sync(source)) == (0, 0, 400, 0, 0, 0)
    found = await store.article("399")
    assert found is not None
    assert found.body == f"399 {body}"


async def test_both_ways_of_preparing_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "_BYTES_BEFORE_HELP", 100_000)
    source = Source(id="s", desk="main", kind="jsonl", address="/x")
    drafts = [
        Draft(key=str(n), title=f"T{n}", body="灯笼上写着谜语，路过的人都可以来猜。\n" * 100)
        for n in range(30)
    ]
    expected = [prepare(source, draft) for draft in drafts]
    preparer = Preparer()
    try:
        for _ in range(2):
            assert await preparer.prepare(source, drafts) == expected
        assert preparer._helper is not None
        preparer._helper.kill()
        await preparer._helper.wait()
        assert await preparer.prepare(source, drafts) == expected
    finally:
        await preparer.aclose()


def test_versions_follow_what_is_shown_and_not_validators() -> None:
    draft = Draft(key="k", title="T", body="B")
    same = Draft(key="other", title="T", body="B", etag="e", modified="m")
    assert version_of(draft) == version_of(same)
    for change in ({"title": "x"}, {"body": "x"}, {"form": "text"}, {"url": "x"}, {"author": "x"}):
        other = Draft(**({"key": "k", "title": "T", "body": "B"} | change))  # type: ignore[arg-type]
        assert version_of(draft) != version_of(other)


async def test_two_folders_may_hold_the_same_file(
    bench: Bench, folder: Path, tmp_path: Path
) -> None:
    corpus, store = bench
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.md").write_bytes((folder / "a.md").read_bytes())
    await corpus.sync(await corpus.add("main", str(folder)))
    await corpus.sync(await corpus.add("main", str(other)))
    assert await titles(store) == ["First", "First", "灯谜"]


async def test_the_same_source_twice_at_once(bench: Bench, folder: Path) -> None:
    corpus, _ = bench
    source = await corpus.add("main", str(folder))
    async with only_one(corpus._settings.home / "locks", source.id):  # as another one does
        assert await corpus.reading([source.id]) == {source.id}
        with pytest.raises(Conflict):
            await corpus.sync(source)
    assert counts(await corpus.sync(source)) == (2, 0, 0, 0, 1, 0)
    assert counts(await corpus.sync(source)) == (0, 0, 2, 0, 1, 0)


async def test_adding_again_is_syncing_and_removing_removes(bench: Bench, folder: Path) -> None:
    corpus, store = bench
    source = await corpus.add("main", str(folder))
    await corpus.sync(source)
    assert (await corpus.add("main", f"{folder}/sub/..")).id == source.id
    assert await corpus.remove(source.id) == 2
    assert not await store.articles()
    with pytest.raises(NotFound):
        await corpus.remove(source.id)


async def test_a_source_that_gives_nothing_is_not_kept(bench: Bench, tmp_path: Path) -> None:
    corpus, store = bench
    path = tmp_path / "bad.jsonl"
    path.write_text("nonsense\n", "utf-8")
    report = await corpus.sync(await corpus.add("main", str(path)))
    assert counts(report) == (0, 0, 0, 0, 0, 1)
    assert not await store.sources()


@pytest.mark.parametrize(
    ("what", "kind", "code"),
    [
        ("", "auto", "source_empty"),
        ("{folder}/artcles", "auto", "path_missing"),
        ("{folder}/sub/b.tx", "auto", "path_missing_near"),
        ("{folder}", "banana", "kind_unknown"),
        ("{folder}", "jsonl", "jsonl_is_folder"),
        ("{folder}", "site", "kind_needs_address"),
        ("https://example.org/", "folder", "kind_needs_path"),
        ("ftp://example.org/", "auto", "address_scheme"),
        ("http://127.0.0.1:1/x", "auto", "address_port"),
        ("http://127.0.0.1:8321/x", "auto", "address_internal"),
        ("x\0y", "auto", "address_bad"),
    ],
)
async def test_nonsense_is_refused_in_words(
    bench: Bench, folder: Path, what: str, kind: str, code: str
) -> None:
    corpus, store = bench
    with pytest.raises(BadInput) as caught:
        await corpus.add("main", what.format(folder=folder), kind)
    assert caught.value.code == code
    assert not await store.sources()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
async def test_what_is_there_and_no_file_is_not_called_missing(
    bench: Bench, tmp_path: Path
) -> None:
    corpus, _ = bench
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "nowhere.md").symlink_to(tmp_path / "gone.md")
    for name, code in (("pipe.md", "file_not_regular"), ("nowhere.md", "path_missing")):
        with pytest.raises(BadInput) as caught:
            await corpus.add("main", str(tmp_path / name))
        assert caught.value.code == code


def strange_names(root: Path) -> Path:
    """Four articles and a pipe, under names that are no UTF-8 or no line."""
    root.mkdir()
    os.mkdir(os.fsencode(root) + b"/d\xff")  # noqa: PTH102  (pathlib knows no such names)
    for name in (b"a\xff.md", b"a\xfe.md", b"d\xff/b.md", b"new\nline.md"):
        path = Path(os.fsdecode(os.fsencode(root) + b"/" + name))
        path.write_text(f"# Wombat {len(name)}\n\nThe wombat digs {name!a} at night.\n", "utf-8")
    os.mkfifo(root / "pipe.jsonl")
    return root


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")
async def test_names_that_are_no_text_are_kept_apart_and_in_step(
    bench: Bench, tmp_path: Path
) -> None:
    corpus, store = bench
    root = strange_names(tmp_path / "articles")
    source = await corpus.add("main", str(root))
    report = await corpus.sync(source)
    assert counts(report) == (4, 0, 0, 0, 0, 1)
    assert report.failed[0].code == "file_not_regular"
    assert counts(await corpus.sync(source)) == (0, 0, 4, 0, 0, 1)
    assert len(await store.articles()) == 4


def test_a_surrogate_in_a_draft_becomes_something_that_can_be_written() -> None:
    draft = Draft(key="k\udcff", title="T\ud800", body="B" * 10, url="u\udfff")
    assert storable(draft) == Draft(key="k\ufffd", title="T\ufffd", body="B" * 10, url="u\ufffd")
    plain = Draft(key="k", title="T", body="B😀")
    assert storable(plain) is plain


def test_what_names_an_article_is_short_and_plain() -> None:
    draft = Draft(key="k", title="T" * 9_000, body="B", author="A\x1b[2J" * 500, url="u" * 9_000)
    kept = storable(draft)
    assert len(kept.title) == 500
    assert len(kept.author) == 500
    assert "\x1b" not in kept.author
    assert kept.url == ""
    assert storable(Draft(key="k", title="a\u202eb\nc", body="B")).title == "a b c"


async def test_paths_that_cannot_be_kept_are_refused_and_one_path_is_one_source(
    bench: Bench, folder: Path
) -> None:
    corpus, _ = bench
    with pytest.raises(BadInput):
        await corpus.add("main", str(folder) + "\udcff")
    first, second = [await corpus.add("main", at) for at in (str(folder), f"/{folder}")]
    assert first.id == second.id
