"""The application's beginning and end."""

from pathlib import Path

import pytest

from dengmi.core.errors import BadSettings
from dengmi.server import application
from dengmi.wire import open_parts
from tests.http.conftest import settings_of


class Way:
    """A channel that notes what becomes of it."""

    def __init__(self, *, fails: bool) -> None:
        self.fails, self.closed = fails, False

    def routes(self) -> list[object]:
        return []

    async def begin(self) -> None:
        if self.fails:
            raise BadSettings("channel_aes_key_bad")

    async def close(self) -> None:
        self.closed = True


async def test_where_one_channel_cannot_begin_all_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = [Way(fails=False), Way(fails=True)]
    monkeypatch.setattr(application, "ways_of", lambda context: ways)
    monkeypatch.setattr(application, "routes", lambda context, ways: [])
    async with open_parts(settings_of(tmp_path)) as parts:
        app = application.create_app(parts)
        with pytest.raises(BadSettings):
            async with app.router.lifespan_context(app):
                pass
    assert [way.closed for way in ways] == [True, True]
