"""Articles, passages and the change sequence, on both databases."""

import pytest

from dengmi.core.errors import NotFound
from dengmi.core.records import Change, Known, Source
from dengmi.store.store import SqlStore
from tests.contract.given import passage, prepared, source


async def test_an_empty_store_is_empty(store: SqlStore) -> None:
    assert await store.last_change() == 0
    assert await store.changes(0, 10) == ()
    assert await store.desks() == ()
    assert set((await store.counts()).values()) == {0}
    assert await store.passages(["p_none"]) == {}
    assert await store.passages([]) == {}
    assert await store.article("a_none") is None


async def test_desks_are_made_once_and_renamed(store: SqlStore) -> None:
    assert (await store.ensure_desk("guide")).title == ""
    assert (await store.ensure_desk("guide", "Guide 指南")).title == "Guide 指南"
    assert (await store.ensure_desk("guide")).title == "Guide 指南"
    await store.ensure_desk("news")
    assert [desk.name for desk in await store.desks()] == ["guide", "news"]


async def test_a_source_is_one_per_desk_kind_and_address(store: SqlStore) -> None:
    first = await source(store)
    again = await store.add_source("guide", "folder", "/articles", {"limit": 5, "新": [1]})
    other = await store.add_source("guide", "jsonl", "/articles", {})
    assert first.id == again.id != other.id
    assert again.options == {"limit": 5, "新": [1]}
    await store.mark_synced(first.id, 12.5)
    found = await store.source(first.id)
    assert found is not None
    assert (found.synced_at, found.articles, found.options) == (12.5, 0, again.options)
    assert {each.id for each in await store.sources()} == {first.id, other.id}
    assert [each.id for each in await store.sources("elsewhere")] == []
    assert await store.source("s_none") is None


async def test_a_source_needs_its_desk(store: SqlStore) -> None:
    await store.ensure_desk("news")
    with pytest.raises(NotFound) as caught:
        await store.add_source("guide", "folder", "/x", {})
    assert caught.value.code == "desk_unknown"
    assert caught.value.params == {"desk": "guide", "known": "news"}


async def test_an_article_comes_back_as_it_went_in(store: SqlStore) -> None:
    from_ = await source(store)
    article = prepared(
        "a.md",
        "第一句。\n- item",
        "Second 🏮 passage.",
        title="灯谜",
        url="https://example.org/a",
        author="Li",
        published="2025-02-16",
        lang="zh",
        etag='"e"',
        modified="m",
    )
    await store.put_articles(from_, [article])
    (head,) = await store.articles()
    assert (head.title, head.url, head.author) == ("灯谜", "https://example.org/a", "Li")
    assert (head.published, head.lang, head.desk) == ("2025-02-16", "zh", "guide")
    assert head.addresses == ("https://example.org/a",)
    assert (head.source_id, head.repost_group) == (from_.id, 0)
    whole = await store.article(head.id)
    assert whole is not None
    assert (whole.head, whole.body, whole.form) == (head, article.draft.body, "markdown")
    assert (whole.content_hash, whole.version) == (article.content_hash, 1)
    assert await store.article_passages([head.pk, 999]) == {head.pk: (head, article.passages)}
    first, second = article.passages
    assert await store.passages([second.id, "p_none", first.id]) == {
        first.id: (head, first),
        second.id: (head, second),
    }
    assert await store.known(from_.id) == {
        "a.md": Known(
            article_id=head.id, content_hash=article.content_hash, etag='"e"', modified="m"
        )
    }


async def test_unchanged_articles_make_no_change(store: SqlStore) -> None:
    from_ = await source(store)
    await store.put_articles(from_, [prepared("a", "One."), prepared("b", "Two.")])
    assert [each.seq for each in await store.changes(0, 10)] == [1, 2]
    await store.put_articles(from_, [prepared("a", "One.", etag="new"), prepared("b", "Two.")])
    assert await store.last_change() == 2
    assert (await store.known(from_.id))["a"].etag == "new"
    await store.touch_articles(from_.id, {"b": ("e2", "m2"), "none": ("x", "y")})
    known = (await store.known(from_.id))["b"]
    assert (known.etag, known.modified, await store.last_change()) == ("e2", "m2", 2)


async def test_a_changed_article_replaces_its_passages(store: SqlStore) -> None:
    from_ = await source(store)
    await store.put_articles(from_, [prepared("a", "Old.", "Kept."), prepared("b", "Other.")])
    before = (await store.articles())[0]
    old = prepared("a", "Old.", "Kept.").passages
    new = prepared("a", "Kept.", "New.")
    await store.put_articles(from_, [new])
    after = (await store.articles())[0]
    assert (after.pk, after.id) == (before.pk, before.id)
    assert (await store.article_passages([after.pk]))[after.pk][1] == new.passages
    assert set(await store.passages([each.id for each in (*old, *new.passages)])) == {
        each.id for each in new.passages
    }
    whole = await store.article(after.id)
    assert whole is not None
    assert whole.version == 2
    changes = await store.changes(0, 10)
    assert [(each.seq, each.article_pk, each.gone) for each in changes] == [
        (2, before.pk + 1, False),
        (3, before.pk, False),
    ]


async def test_removed_articles_are_gone_at_once(store: SqlStore) -> None:
    from_ = await source(store)
    await store.put_articles(from_, [prepared("a", "One."), prepared("b", "Two.")])
    first, second = await store.articles()
    assert await store.remove_articles(from_.id, ["a", "a", "none"]) == 1
    assert await store.remove_articles(from_.id, []) == 0
    assert [each.id for each in await store.articles()] == [second.id]
    assert await store.passages([each.id for each in prepared("a", "One.").passages]) == {}
    assert await store.article_passages([first.pk]) == {}
    assert (await store.changes(2, 10)) == (Change(seq=3, article_pk=first.pk, gone=True),)
    await store.put_articles(from_, [prepared("a", "One.")])
    again = (await store.articles())[-1]
    assert again.pk > second.pk  # internal numbers are never used twice
    assert again.id == first.id  # public ones come out the same
    assert [(each.article_pk, each.gone) for each in await store.changes(0, 10)] == [
        (second.pk, False),
        (first.pk, True),
        (again.pk, False),
    ]


async def test_changes_come_in_pages(store: SqlStore) -> None:
    from_ = await source(store)
    await store.put_articles(from_, [prepared(f"k{n}", f"Text {n}.") for n in range(25)])
    seen, after = [], 0
    while page := await store.changes(after, 10):
        seen += [each.seq for each in page]
        after = page[-1].seq
    assert seen == list(range(1, 26))
    assert await store.last_change() == 25


async def test_of_a_key_given_twice_the_last_wins(store: SqlStore) -> None:
    from_ = await source(store)
    await store.put_articles(from_, [prepared("a", "First."), prepared("a", "Last.")])
    (head,) = await store.articles()
    whole = await store.article(head.id)
    assert whole is not None
    assert whole.body == "Last."
    assert await store.last_change() == 1


async def test_public_ids_are_kept_and_made_unique(store: SqlStore) -> None:
    one, two = await source(store), await source(store, address="/other")
    news = await source(store, desk="news")
    await store.put_articles(one, [prepared("x", "X.", id="same"), prepared("y", "Y.", id="same")])
    await store.put_articles(two, [prepared("z", "Z.", id="same"), prepared("w", "W.")])
    await store.put_articles(news, [prepared("n", "N.", id="same")])
    await store.put_articles(two, [prepared("long", "L.", id="long" * 100)])
    ids = [each.id for each in await store.articles()]
    assert ids[:3] == ["same", "same~2", "same~3"]
    assert ids[3].startswith("a_")
    assert ids[4] == "same"
    assert ids[5].startswith("a_")
    await store.put_articles(one, [prepared("y", "Y changed.", id="same")])
    changed = await store.article("same~2", "guide")
    assert changed is not None
    assert changed.body == "Y changed."
    oldest, of_news = await store.article("same"), await store.article("same", "news")
    assert oldest is not None
    assert of_news is not None
    assert (oldest.head.desk, of_news.head.desk) == ("guide", "news")
    assert await store.article("same", "*") == oldest
    assert await store.article("same", "nowhere") is None


async def test_two_sources_may_hold_the_same_passage(store: SqlStore) -> None:
    one, two = await source(store), await source(store, address="/other")
    same = passage("The same.", name="p_same")
    for from_ in (one, two):
        article = prepared("readme.md", "The same.")
        await store.put_articles(
            from_, [type(article)(draft=article.draft, content_hash="h", passages=(same,))]
        )
    first, second = await store.articles()
    assert (await store.passages(["p_same"]))["p_same"][0] == first
    await store.remove_source(one.id)
    assert (await store.passages(["p_same"]))["p_same"][0] == second


async def test_articles_are_listed_by_desk_source_and_page(store: SqlStore) -> None:
    guide, news = await source(store), await source(store, desk="news")
    await store.put_articles(guide, [prepared(f"g{n}", f"G{n}.") for n in range(3)])
    await store.put_articles(news, [prepared(f"n{n}", f"N{n}.") for n in range(2)])
    everything = await store.articles()
    assert [each.pk for each in everything] == sorted(each.pk for each in everything)
    assert len(everything) == len(await store.articles("*")) == 5
    assert [each.desk for each in await store.articles("news")] == ["news"] * 2
    assert len(await store.articles(source_id=guide.id)) == 3
    assert await store.articles("news", source_id=guide.id) == []
    page = await store.articles("guide", limit=2)
    assert await store.articles("guide", limit=2, after=page[-1].pk) == [everything[2]]
    counted = {each.id: each.articles for each in await store.sources()}
    assert counted == {guide.id: 3, news.id: 2}


async def test_removing_a_source_removes_its_articles(store: SqlStore) -> None:
    one, two = await source(store), await source(store, address="/other")
    await store.put_articles(one, [prepared("a", "A."), prepared("b", "B.")])
    await store.put_articles(two, [prepared("a", "A.")])
    assert await store.remove_source(one.id) == 2
    assert await store.remove_source(one.id) == 0
    assert [each.id for each in await store.sources()] == [two.id]
    assert len(await store.articles()) == 1
    assert [each.gone for each in await store.changes(0, 10)] == [False, True, True]
    with pytest.raises(NotFound) as caught:
        await store.put_articles(one, [prepared("c", "C.")])
    assert caught.value.code == "store_source_gone"
    assert len(await store.articles()) == 1


async def test_broken_text_does_no_harm(store: SqlStore) -> None:
    from_ = await source(store)
    text = "a\0b \ud83d end\udc00."
    broken = prepared("k\0\udfff", text, title="t\0\ud800", id="i\0", author="\udbff")
    await store.put_articles(from_, [broken])
    ((head, kept),) = (await store.passages([broken.passages[0].id])).values()
    assert kept.text == "a\ufffdb \ufffd end\ufffd."
    assert kept.quote(1) == kept.text  # offsets stay right
    assert (head.title, head.author, head.id) == ("t\ufffd\ufffd", "\ufffd", "i\ufffd")
    await store.put_articles(from_, [broken])
    assert len(await store.known(from_.id)) == await store.last_change() == 1
    await store.touch_articles(from_.id, {"k\0\udfff": ("\0", "\ud800")})
    assert await store.passages(["\0", "\ud800"]) == {}
    assert await store.article("\ud800", "\0") is None
    assert await store.remove_articles(from_.id, ["k\0\udfff"]) == 1


async def test_long_keys_and_addresses_are_kept(store: SqlStore) -> None:
    address = "https://example.org/" + "".join(f"{n:x}" for n in range(20000))
    from_ = await store.add_source((await store.ensure_desk("guide")).name, "page", address, {})
    article = prepared(address, "Text.", url=address, id=address)
    await store.put_articles(from_, [article])
    assert list(await store.known(from_.id)) == [address]
    assert (await store.articles())[0].url == address


async def test_an_article_without_passages_is_kept(store: SqlStore) -> None:
    from_ = await source(store)
    await store.put_articles(from_, [prepared("empty")])
    (head,) = await store.articles()
    assert await store.article_passages([head.pk]) == {head.pk: (head, ())}


async def test_a_batch_is_all_or_nothing(store: SqlStore) -> None:
    from_ = await source(store)
    good, bad = prepared("good", "Good."), prepared("bad", "Bad.", "Worse.")
    twice = (bad.passages[0], bad.passages[0])  # two passages of one number
    broken = type(bad)(draft=bad.draft, content_hash="h", passages=twice)
    with pytest.raises(Exception, match="store_conflict"):
        await store.put_articles(from_, [good, broken])
    assert await store.articles() == []
    assert await store.last_change() == 0
    gone = Source(id="s_none", desk="guide", kind="folder", address="/none")
    with pytest.raises(NotFound):
        await store.put_articles(gone, [good])


@pytest.mark.parametrize("asked", [".", "..", "a\nb", "a\rb", "\x1b[2J", "a\x85b", "\0"])
async def test_an_id_that_no_address_can_name_is_not_used(store: SqlStore, asked: str) -> None:
    one = await source(store)
    await store.put_articles(one, [prepared("x", "X.", id=asked)])
    (head,) = await store.articles()
    assert head.id.startswith("a_") or head.id == "\ufffd"
