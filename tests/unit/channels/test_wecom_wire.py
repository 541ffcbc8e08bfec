"""WeCom: what customer service and the long connection may send, whatever it is."""

import json
import subprocess
import sys
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dengmi.channels.wecom import line as line_room
from dengmi.channels.wecom.client import WeComFailed
from dengmi.channels.wecom.kf_messages import read_page
from dengmi.channels.wecom.line import Line

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        "msgid": st.text(min_size=1) | JSON,
        "msgtype": st.sampled_from(["text", "event", "image"]) | JSON,
        "external_userid": st.text() | JSON,
        "send_time": st.integers(0, 2**40) | JSON,
        "origin": st.sampled_from([3, 4, 5]) | JSON,
        "text": st.fixed_dictionaries({"content": st.text() | JSON}) | JSON,
        "event": st.fixed_dictionaries({"event_type": st.text() | JSON}) | JSON,
    },
)
PAGE = st.fixed_dictionaries(
    {"msg_list": st.lists(MESSAGE | JSON, max_size=4) | JSON},
    optional={"next_cursor": st.text() | JSON, "has_more": st.sampled_from([0, 1]) | JSON},
)


@given(PAGE)
def test_any_page_is_read_and_what_is_no_message_left_out(said: dict[str, Any]) -> None:
    page = read_page(said, "wk1")
    items = said["msg_list"]
    assert len(page.messages) <= (len(items) if isinstance(items, list) else 0)
    for message in page.messages:
        assert message.number
        assert message.account
        assert message.kind != "text" or isinstance(message.text, str)


FRAME = st.fixed_dictionaries(
    {},
    optional={
        "cmd": st.sampled_from(["", "aibot_msg_callback", "aibot_event_callback"]) | JSON,
        "headers": st.fixed_dictionaries({"req_id": st.text() | JSON}) | JSON,
        "body": JSON | st.fixed_dictionaries({"event": JSON, "msgtype": st.text()}),
        "errcode": st.integers() | JSON,
    },
)


@given(FRAME | JSON)
async def test_any_frame_is_taken(frame: Any) -> None:
    heard = []

    async def hear(cmd: str, req_id: str, body: Any) -> None:
        heard.append((cmd, req_id, body))

    async def ready() -> None:
        return None

    line = Line("ws://127.0.0.1:9", "b", "s", hear=hear, ready=ready)
    read = line_room._read(json.dumps(frame))
    await line._took(read)
    assert len(heard) <= 1
    try:
        line_room._check(read)
    except WeComFailed as error:
        assert error.errcode != 0


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_nothing(raw: bytes) -> None:
    assert isinstance(dict(line_room._read(raw)), dict)


def test_a_home_without_wecom_imports_none_of_it() -> None:
    code = (
        "import sys, dengmi.wire, dengmi.server.application\n"
        "names = ('dengmi.channels.wecom', 'dengmi.server.channels.wecom', 'websockets',"
        " 'cryptography')\n"
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
