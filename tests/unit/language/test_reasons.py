"""What the system says, in the reader's language."""

import os

import pytest

from dengmi.language.reasons import known_reason
from dengmi.language.texts import text


@pytest.mark.parametrize(
    ("said", "english", "chinese"),
    [
        ("[Errno 111] Connect call failed ('127.0.0.1', 80)", "at 127.0.0.1:80", "127.0.0.1:80 上"),
        ("[Errno 61] Connect call failed ('::1', 80, 0, 0)", "at [::1]:80", "[::1]:80 上"),
        ("[Errno 110] Connect call failed ('10.9.9.9', 80)", "10.9.9.9:80 can", "无法连接到 10.9"),
        (
            "Multiple exceptions: [Errno 111] Connect call failed ('::1', 80, 0, 0), "
            "[Errno 111] Connect call failed ('127.0.0.1', 80)",
            "(nothing listens at [::1]:80)",
            "[::1]:80 上没有服务在监听）",
        ),
        ("[Errno -2] Name or service not known", "host name is not known", "找不到这个主机名"),
        ("proxy: [Errno 2] No such file or directory", "proxy: no such file", "proxy: 没有这个"),
        (os.strerror(13), "permission denied", "没有权限"),
    ],
)
def test_what_is_usual_has_words(said: str, english: str, chinese: str) -> None:
    assert english in text("model_down", "en", model="x", reason=said)
    assert chinese in text("model_down", "zh", model="x", reason=said)


def test_what_is_unusual_stays() -> None:
    said = "the drum is out of paper"
    assert known_reason(said) is None
    assert said in text("model_down", "zh", model="x", reason=said)
