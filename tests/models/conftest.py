"""A stand-in for the DeepSeek API, served over real HTTP."""

from collections.abc import Iterator

import pytest

from tests.fakes.deepseek import FakeDeepSeek, Serving


@pytest.fixture
def fake() -> FakeDeepSeek:
    return FakeDeepSeek()


@pytest.fixture
def address(fake: FakeDeepSeek) -> Iterator[str]:
    with Serving(fake.app()) as serving:
        yield serving.address
