"""Near-duplicate articles are folded, on both databases."""

from dengmi.store.store import SqlStore
from tests.contract.given import SKETCH, near, prepared, source


async def addresses(store: SqlStore) -> dict[str, tuple[str, ...]]:
    return {head.url: head.addresses for head in await store.articles(limit=1000)}


async def test_reposts_share_their_addresses_own_first(store: SqlStore) -> None:
    one, two = await source(store), await source(store, address="/other")
    await store.put_articles(
        one,
        [
            prepared("a", "A.", sketch=SKETCH, url="http://a"),
            prepared("b", "B.", sketch=near(SKETCH, 6), url="http://b"),
            prepared("c", "C.", sketch=near(SKETCH, 40), url="http://c"),
            prepared("d", "D.", url="http://d"),
        ],
    )
    await store.put_articles(two, [prepared("e", "E.", sketch=near(SKETCH, 12), url="http://e")])
    assert await addresses(store) == {
        "http://a": ("http://a", "http://b", "http://e"),
        "http://b": ("http://b", "http://a", "http://e"),
        "http://c": ("http://c",),
        "http://d": ("http://d",),
        "http://e": ("http://e", "http://a", "http://b"),
    }
    groups = {head.url: head.repost_group for head in await store.articles()}
    assert groups["http://a"] == groups["http://b"] == groups["http://e"]
    assert groups["http://c"] not in (0, groups["http://a"])
    assert groups["http://d"] == 0
    found = await store.passages([prepared("b", "B.").passages[0].id])
    assert next(iter(found.values()))[0].addresses == ("http://b", "http://a", "http://e")


async def test_reposts_are_found_within_a_desk_only(store: SqlStore) -> None:
    guide, news = await source(store), await source(store, desk="news")
    for from_, url in ((guide, "http://a"), (news, "http://b")):
        await store.put_articles(from_, [prepared("a", "A.", sketch=SKETCH, url=url)])
    assert await addresses(store) == {"http://a": ("http://a",), "http://b": ("http://b",)}


async def test_a_group_lives_as_long_as_one_article_of_it(store: SqlStore) -> None:
    from_ = await source(store)
    first, second = (prepared(key, key, sketch=SKETCH, url=f"http://{key}") for key in "ab")
    await store.put_articles(from_, [first, second])
    await store.remove_articles(from_.id, ["a"])
    assert await addresses(store) == {"http://b": ("http://b",)}
    await store.put_articles(from_, [prepared("c", "C.", sketch=SKETCH, url="http://c")])
    assert await addresses(store) == {
        "http://b": ("http://b", "http://c"),
        "http://c": ("http://c", "http://b"),
    }
    await store.remove_articles(from_.id, ["b", "c"])
    await store.put_articles(from_, [first])
    assert await addresses(store) == {"http://a": ("http://a",)}


async def test_a_changed_article_leaves_its_group(store: SqlStore) -> None:
    from_ = await source(store)
    other = near(SKETCH, 64)
    await store.put_articles(
        from_, [prepared(key, key, sketch=SKETCH, url=f"http://{key}") for key in "ab"]
    )
    await store.put_articles(from_, [prepared("a", "New.", sketch=other, url="http://a")])
    assert await addresses(store) == {"http://a": ("http://a",), "http://b": ("http://b",)}
    await store.put_articles(from_, [prepared("b", "New.", sketch=other, url="http://b")])
    assert await addresses(store) == {
        "http://a": ("http://a", "http://b"),
        "http://b": ("http://b", "http://a"),
    }
    await store.put_articles(from_, [prepared("c", "C.", sketch=SKETCH, url="http://c")])
    assert (await addresses(store))["http://c"] == ("http://c",)


async def test_a_founder_that_changes_takes_no_number_of_others(store: SqlStore) -> None:
    from_ = await source(store)
    sketches = [near(SKETCH, 64, salt) for salt in range(5)]
    for sketch in sketches:
        await store.put_articles(from_, [prepared("a", str(sketch), sketch=sketch)])
    await store.put_articles(
        from_,
        [prepared(f"k{n}", f"K{n}", sketch=sketch) for n, sketch in enumerate(sketches)],
    )
    groups = {head.title: head.repost_group for head in await store.articles()}
    assert groups["Title of a"] == groups["Title of k4"]
    assert len(set(groups.values())) == 5
