"""What a claim says of a state takes a sentence that says so, of the same thing."""

import pytest

from dengmi.answer.check.judge import Source, judge

GARDEN = "The tea garden of Longhill"


@pytest.mark.parametrize(
    ("title", "sentence", "claim"),
    [
        (GARDEN, "It was planted on the south slope.", "The tea garden is still open."),
        (GARDEN, "The bushes are pruned in winter.", "The tea garden is closed."),
        (GARDEN, "The tea house is open from nine to five.", "The tea garden is still open."),
        ("", "Residents get in free of charge.", "Free of charge for members"),
        ("Bridge", "The bridge will be opened in May.", "The bridge has already been opened."),
        ("Mill", "The mill was in use until 1930.", "The mill is still in use."),
        ("龙山茶园", "茶园位于南坡，1956年开垦。", "茶园仍然开放。"),
        ("龙山茶园", "泡明前茶的水温以80度为宜。", "茶园已经关闭。"),
        ("龙山茶园", "游客中心每天开放。", "茶园还对外开放。"),
        ("", "本地居民免费。", "会员免费。"),
        ("大桥", "大桥计划五月通车。", "大桥已经通车。"),
        ("磨坊", "磨坊于1930年停止运转。", "磨坊仍在运转。"),
    ],
)
def test_a_state_that_nothing_says_is_not_supported(title: str, sentence: str, claim: str) -> None:
    found = judge(claim, [Source(sentence, title=title)])
    assert found.verdict != "supported"
    assert found.reasons


@pytest.mark.parametrize(
    ("title", "sentence", "claim"),
    [
        (GARDEN, "The tea garden is open to visitors.", "The tea garden is still open."),
        (GARDEN, "The tea house is free of charge.", "The tea house is free."),
        ("", "Residents get in free of charge.", "Free of charge for residents"),
        ("龙山茶园", "茶园每天开放。", "茶园仍然开放。"),
        ("龙山茶园", "茶园全年对游客开放。", "茶园开放。"),
        ("", "本地居民免费。", "居民免费。"),
        ("大桥", "大桥已于五月通车。", "大桥已经通车。"),
    ],
)
def test_a_state_that_is_said_is_supported(title: str, sentence: str, claim: str) -> None:
    assert judge(claim, [Source(sentence, title=title)]).verdict == "supported"


def test_what_leads_in_to_an_item_says_its_state() -> None:
    item = Source("Residents", lead="Free of charge:")
    assert "state" not in judge("Residents: free of charge", [item]).reasons
