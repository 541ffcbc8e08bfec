"""Where a request comes from: what proxies say is believed only of those that are trusted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.server.addresses import Proxies, household

PROXIES = Proxies(["127.0.0.0/8", "::1", "10.1.0.0/16", "2001:db8:1::/48"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # nobody we know says so
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),  # the first may be made up
        ("127.0.0.1", ["1.2.3.4", "198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["10.1.0.9"], "10.1.0.9"),
        ("127.0.0.1", ["1.2.3.4, nonsense"], "127.0.0.1"),
        ("127.0.0.1", ["1.2.3.4, nonsense, 10.1.0.9"], "10.1.0.9"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ['198.51.100.1:4711, "[2001:db8:1::5]:80"'], "198.51.100.1"),
        ("127.0.0.1", ["2001:db8:2::7"], "2001:db8:2::7"),
        ("", ["1.2.3.4"], ""),
    ],
)
def test_the_last_one_that_is_no_proxy(peer: str, forwarded: list[str], found: str) -> None:
    assert PROXIES.caller(peer, forwarded) == found


@given(peer=st.text(max_size=30), forwarded=st.lists(st.text(max_size=60), max_size=4))
def test_whatever_is_sent_nothing_breaks(peer: str, forwarded: list[str]) -> None:
    found = PROXIES.caller(peer, forwarded)
    assert found == peer or not PROXIES.trusts(found) or PROXIES.trusts(peer)
    household(found)


def test_an_ipv6_caller_is_its_network() -> None:
    assert household("2001:db8:2:3:4:5:6:7") == household("2001:db8:2:3::1") == "2001:db8:2:3::/64"
    assert household("::ffff:203.0.113.7") == household("203.0.113.7") == "203.0.113.7"
    assert household("fe80::1%eth0") == "fe80::/64"
    assert household("somewhere") == "somewhere"
