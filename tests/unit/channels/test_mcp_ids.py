"""Ids of articles over MCP: what is sent out is understood when it comes back, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from dengmi.channels.mcp.ids import id_of, parted
from dengmi.core.records import Head

NAME = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1)


@given(NAME.filter(lambda name: "/" not in name), NAME)
def test_an_id_comes_back(desk: str, article: str) -> None:
    head = Head(pk=1, id=article, desk=desk, source_id="s", title="t")
    said = id_of(head)
    assert said.isascii()
    assert parted(said) == (desk, article)


@given(st.text())
def test_anything_else_is_none_or_harmless(said: str) -> None:
    found = parted(said)
    assert found is None or all("\x00" not in part for part in found)
