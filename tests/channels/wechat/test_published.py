"""The published articles of an account as a source: little is asked, nothing is lost or doubled."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatClientException

from dengmi.channels.wechat.client import WeChatFailed
from dengmi.channels.wechat.published import read_listing
from dengmi.core.errors import BadSettings, NotFound, Unreadable
from dengmi.core.records import Source
from dengmi.corpus.elsewhere import identity
from dengmi.corpus.sync import Report
from dengmi.corpus.walk import WHOLE_AFTER, Walk, read_walk
from dengmi.server.parts import Parts
from tests.channels.wechat.conftest import configured, opened
from tests.fakes.wechat import FakeWeChat

DAY = 86_400
NOON = 1_790_000_000 // DAY * DAY + 4 * 3600
"""Noon in Beijing on some day."""


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = float(NOON)

    def now(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.at


def article(title: str, text: str, **more: object) -> dict[str, object]:
    return {"title": title, "content": f"<section><p>{text}</p></section>", **more}


def publish(platform: FakeWeChat, numbers: range, **more: object) -> None:
    """Publications, one a minute, each of its own words."""
    for n in numbers:
        words = f"第{n}号灯笼上的谜语有{n + 3}个字，谜底写在第{n * 7}页。"
        platform.publish(f"art{n:04}", article(f"谜语 {n}", words), at=NOON - DAY * 90 + n * 60)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    made = HandClock()
    monkeypatch.setattr("dengmi.wire.SystemClock", lambda: made)
    return made


@pytest.fixture
async def parts(tmp_path: Path, api: str, clock: HandClock) -> AsyncIterator[Parts]:
    more = 'list_calls = 6\nsecret = "s3cret"\n'
    home = await configured(tmp_path / "home", api, more=more, model=False)
    async with opened(home) as made:
        yield made


@pytest.fixture
def sync(parts: Parts) -> Callable[[], "asyncio.Future[Report]"]:
    """Sync the account's list; the report."""

    async def synced() -> Report:
        source = await parts.corpus.add("walks", "small", kind="wechat")
        kept = await parts.store.source(source.id)
        return await parts.corpus.sync(kept or source)

    return synced  # type: ignore[return-value]


async def source_of(parts: Parts) -> Source:
    (source,) = await parts.store.sources("walks")
    return source


async def again(parts: Parts) -> Report:
    return await parts.corpus.sync(await source_of(parts))


async def first(parts: Parts) -> Report:
    return await parts.corpus.sync(await parts.corpus.add("walks", "small", kind="wechat"))


def tally(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.removed


async def test_articles_are_read_and_found(parts: Parts, platform: FakeWeChat) -> None:
    platform.publish(
        "two",
        article("老茶厂开门", "老茶厂每天上午九点开门。", author="小李"),
        article("停车", "门口只有十二个车位。&nbsp;<b>别来太晚</b>。"),
        at=NOON - 3600,
    )
    report = await first(parts)
    assert tally(report) == (2, 0, 0, 0)
    assert report.complete
    source = await source_of(parts)
    assert (source.kind, source.address) == ("wechat", "wechat:small")
    heads = {head.title: head for head in await parts.store.articles("walks")}
    head = heads["老茶厂开门"]
    assert head.url == (
        "https://mp.weixin.qq.com/s?__biz=MzA2200000346==&mid=2200000346&idx=1&sn=two&chksm=f0"
    )
    assert (head.author, head.published) == ("小李", "2026-09-21T11:00:00")
    found = await parts.store.article(heads["停车"].id)
    assert found is not None
    assert found.body.replace("\xa0", " ") == "门口只有十二个车位。 别来太晚。"


async def test_a_sync_asks_for_what_is_new_alone(
    parts: Parts, platform: FakeWeChat, clock: HandClock
) -> None:
    publish(platform, range(50))
    assert tally(await first(parts)) == (50, 0, 0, 0)
    assert platform.calls["batchget"] == 3
    report = await again(parts)
    assert (tally(report), report.complete) == ((0, 0, 20, 0), True)
    assert platform.calls["batchget"] == 4
    publish(platform, range(50, 53))
    assert tally(await again(parts)) == (3, 0, 17, 0)
    assert platform.calls["batchget"] == 5
    clock.at += DAY
    publish(platform, range(53, 73))
    assert (await again(parts)).added == 20
    assert platform.calls["batchget"] == 7  # a page of new ones does not say where they end
    assert (await source_of(parts)).articles == 73


async def test_days_share_a_long_list(parts: Parts, platform: FakeWeChat, clock: HandClock) -> None:
    publish(platform, range(200))
    report = await first(parts)
    assert (report.added, report.complete, platform.calls["batchget"]) == (120, False, 6)
    (note,) = report.notes
    assert (note.code, note.params) == ("wechat_list_used", {"calls": 6})
    assert (await again(parts)).notes[0].code == "wechat_list_used"
    assert platform.calls["batchget"] == 6  # not once more on that day
    clock.at += DAY
    publish(platform, range(200, 203))  # the list has moved on meanwhile
    report = await again(parts)
    assert report.added == 83
    assert report.complete
    assert (await source_of(parts)).articles == 203
    assert platform.calls["batchget"] == 12
    clock.at += DAY
    await again(parts)
    assert platform.calls["batchget"] == 13


async def test_the_platform_has_the_last_word_on_how_often(
    parts: Parts, platform: FakeWeChat, clock: HandClock
) -> None:
    publish(platform, range(60))
    platform.lists = 1
    report = await first(parts)
    assert (report.added, report.complete) == (20, False)
    platform.lists, clock.at = 100, clock.at + DAY
    assert (await again(parts)).complete
    assert (await source_of(parts)).articles == 60


async def test_what_is_edited_or_taken_down_follows(
    parts: Parts, platform: FakeWeChat, clock: HandClock
) -> None:
    publish(platform, range(30))
    await first(parts)
    platform.publish(
        "art0029", article("谜语 29", "改过的谜语只有一个字。"), at=NOON - DAY, edited=NOON
    )
    platform.publish(
        "art0028", article("谜语 28", "x", is_deleted=True), at=NOON - DAY, edited=NOON
    )
    assert tally(await again(parts)) == (0, 1, 28, 1)
    # One is missing from the middle of the list: the number tells, and the whole list is read.
    platform.published = [each for each in platform.published if each["article_id"] != "art0003"]
    report = await again(parts)
    assert (report.removed, report.complete) == (1, True)
    assert (await source_of(parts)).articles == 28
    # Once a week the whole list is read anyway.
    platform.publish("art0001", article("谜语 1", "悄悄改过。"), at=NOON - DAY * 80, edited=5)
    clock.at += WHOLE_AFTER + DAY
    assert (await again(parts)).changed == 1


async def test_what_is_there_from_its_address_is_not_doubled(
    parts: Parts, platform: FakeWeChat, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    await asyncio.to_thread(saved.mkdir)
    page = (
        '<html><head><meta property="og:url" content="http://mp.weixin.qq.com/s?__biz=MzA2200000331=='
        '&amp;mid=2200000331&amp;idx=1&amp;sn=other"></head><body><h1 id="activity-name">茶</h1>'
        '<div id="js_content"><p>老茶厂每天上午九点开门，晚上九点关门。</p></div></body></html>'
    )
    await asyncio.to_thread((saved / "a.html").write_text, page, encoding="utf-8")
    await parts.corpus.sync(await parts.corpus.add("walks", str(saved)))
    platform.publish(
        "one",
        article("茶", "老茶厂每天上午九点开门，晚上九点关门。", url=_url("2200000331", 1)),
        article("车", "门口只有十二个车位，请停到地下。", url=_url("2200000331", 2)),
        at=NOON,
    )
    report = await first(parts)
    assert tally(report) == (1, 0, 0, 0)
    assert [note.code for note in report.notes] == ["wechat_elsewhere"]


def _url(mid: str, idx: int) -> str:
    return f"http://mp.weixin.qq.com/s?__biz=MzA{mid}==&mid={mid}&idx={idx}&sn=q&chksm=1#rd"


async def test_a_kill_loses_no_article(
    parts: Parts, platform: FakeWeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read and not stored is asked for again."""
    publish(platform, range(30))
    source = await parts.corpus.add("walks", "small", kind="wechat")

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(type(parts.store), "put_articles", die)
        with pytest.raises(asyncio.CancelledError):
            await parts.corpus.sync(source)
    await parts.corpus.add("walks", "small", kind="wechat")
    assert (await again(parts)).added == 30


async def test_the_platform_may_refuse(parts: Parts, platform: FakeWeChat) -> None:
    platform.right = False
    with pytest.raises(WeChatFailed, match="wechat_right"):
        await first(parts)
    platform.right = True
    platform.refuse = [40164]
    with pytest.raises(WeChatFailed, match="wechat_address"):
        await first(parts)
    publish(platform, range(45))
    platform.refuse = [0, 40164]
    report = await first(parts)
    assert (report.added, report.complete, report.failed[0].code) == (20, False, "wechat_address")
    assert (await again(parts)).complete
    assert (await source_of(parts)).articles == 45


async def test_accounts_are_named_as_the_settings_do(
    parts: Parts, tmp_path: Path, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await parts.corpus.add("walks", "wechat:small")).address == "wechat:small"
    with pytest.raises(NotFound, match="known=news, small"):
        await parts.corpus.add("walks", "smalls", kind="wechat")
    with pytest.raises(NotFound):
        await parts.corpus.add("walks", "wechat:nobody")
    with pytest.raises(Unreadable):  # a word is a path, without the kind
        await parts.corpus.add("walks", "small")
    home = await configured(tmp_path / "other", api, model=False)
    async with opened(home) as bare:
        with pytest.raises(BadSettings, match=r"wechat\.small\.secret"):
            await first(bare)


def test_listings_of_any_shape_are_read() -> None:
    with pytest.raises(WeChatFailed):
        read_listing({})
    with pytest.raises(WeChatFailed):
        read_listing({"total_count": 1, "item": "x"})
    odd = [
        None,
        {},
        {"article_id": "a"},
        {"article_id": 3, "content": {}},
        {"article_id": "b", "content": {}},
    ]
    listing = read_listing({"total_count": 9, "item": odd})
    assert [each.id for each in listing.publications] == ["b"]
    news = [None, {"title": 5, "url": "x", "content": None, "is_deleted": True}]
    item = {"article_id": "c", "content": {"news_item": news, "update_time": 7}, "update_time": "z"}
    (publication,) = read_listing({"total_count": 1, "item": [item]}).publications
    assert (publication.created, publication.updated) == (7, 7)
    assert [(each.title, each.gone) for each in publication.articles] == [("", True)]


def test_addresses_name_articles() -> None:
    assert identity("https://mp.weixin.qq.com/s/AbC-123_xyz0") == "AbC-123_xyz0"
    long = "http://mp.weixin.qq.com/s?__biz=A==&mid=2&idx=1&sn=3"
    assert identity(long + "#rd") == identity(long + "&chksm=1") == "A==:2:1"
    for other in ("", "https://example.org/s/AbC-123_xyz0", "http://[", "wechat:news"):
        assert identity(other) == ""


def test_the_walk_counts_days_in_beijing() -> None:
    midnight = NOON + 12 * 3600
    walk = Walk().called(midnight - 1)
    assert not walk.may_call(midnight - 1, 1)
    assert walk.may_call(midnight, 1)
    assert walk.called(midnight).calls == 1
    assert walk.called(midnight - 1).calls == 2
    assert read_walk(walk.as_option()) == walk
    assert read_walk(None) == read_walk({"calls": "x", "other": 1, "next": True}) == Walk()


def test_the_stand_in_lists_as_wechatpy_reads_it(api: str, platform: FakeWeChat) -> None:
    class Client(WeChatClient):  # type: ignore[misc]
        API_BASE_URL = f"{api}/cgi-bin/"

    publish(platform, range(25))
    token = "token-x"
    platform._tokens[token] = float("inf")
    theirs = Client(platform.app_id, platform.secret, access_token=token)
    said = theirs.freepublish.batchget(20, 20)
    assert (said["total_count"], said["item_count"]) == (25, 5)
    assert said["item"][0]["content"]["news_item"][0]["title"] == "谜语 4"
    for bad in ((0, 21), (0, 0), (-1, 5)):
        with pytest.raises(WeChatClientException, match="40097"):
            theirs.freepublish.batchget(*bad)
    platform.lists = 0
    with pytest.raises(WeChatClientException, match="45009"):
        theirs.freepublish.batchget(0, 20)
