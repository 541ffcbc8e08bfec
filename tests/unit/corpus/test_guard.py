"""Every known way of writing or reaching an internal address is refused."""

import ipaddress
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.errors import BadSettings, Refused
from dengmi.corpus.guard import Guard, is_public, plain_address, plain_host

INTERNAL = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2002:c0a8:101::1",
    "2606:4700::5efe:10.0.0.1",
    "2606:4700::200:5efe:127.0.0.1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2002:808:808::1"]


@pytest.mark.parametrize("text", INTERNAL)
def test_internal_addresses_are_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))
    with pytest.raises(Refused) as caught:
        Guard().check("name.example", [text])
    assert caught.value.code == "address_internal"
    assert text not in str(caught.value)


@pytest.mark.parametrize("text", [*PUBLIC, "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses_are(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))
    assert Guard().check("name.example", [text])


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_never_opens_it(ip: ipaddress.IPv4Address) -> None:
    wrapped = [
        f"::ffff:{ip}",
        f"64:ff9b::{ip}",
        str(ipaddress.IPv6Address((0x2002 << 112) | (int(ip) << 80) | 1)),
    ]
    for text in wrapped:
        assert is_public(ipaddress.ip_address(text)) == is_public(ip)


def test_agrees_with_the_registry_wherever_the_library_says_closed() -> None:
    for text in INTERNAL + PUBLIC:
        ip = ipaddress.ip_address(text)
        if ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast:
            assert not is_public(ip)


SPELLINGS = {
    "http://127.0.0.1/": "127.0.0.1",
    "http://2130706433/": "127.0.0.1",
    "http://0177.0.0.1/": "127.0.0.1",
    "http://0x7f.1/": "127.0.0.1",
    "http://0x7f000001/": "127.0.0.1",
    "http://017700000001/": "127.0.0.1",
    "http://127.1/": "127.0.0.1",
    "http://127.0.1/": "127.0.0.1",
    "http://127.0.0.1./": "127.0.0.1",
    "http://127。0。0。1/": "127.0.0.1",
    "http://127.0.0｡1/": "127.0.0.1",
    "http://１２７.０.０.１/": "127.0.0.1",
    "http://①②⑦.⓪.⓪.①/": "127.0.0.1",
    "http://0xA9.0xFE.0xA9.0xFE/": "169.254.169.254",
    "http://2852039166/": "169.254.169.254",
    "http://0/": "0.0.0.0",
    "http://LOCALHOST/": "localhost",
    "http://localhost./": "localhost",
    "http://[::1]/": "::1",
    "http://[::]/": "::",
    "http://[0:0:0:0:0:0:0:1]/": "::1",
    "http://[::ffff:127.0.0.1]/": "::ffff:127.0.0.1",
    "http://[::ffff:7f00:1]/": "::ffff:127.0.0.1",
    "http://[64:ff9b::7f00:1]/": "64:ff9b::7f00:1",
}


@pytest.mark.parametrize(("address", "host"), SPELLINGS.items())
def test_odd_spellings_become_the_plain_one(address: str, host: str) -> None:
    plain = plain_address(address)
    inside = plain.removeprefix("http://").rstrip("/").strip("[]")
    if ":" in host:
        assert ipaddress.ip_address(inside) == ipaddress.ip_address(host)
    else:
        assert inside == host


REFUSED = {
    "file:///etc/passwd": "address_scheme",
    "ftp://example.org/": "address_scheme",
    "gopher://127.0.0.1:6379/_x": "address_scheme",
    "javascript:alert(1)": "address_scheme",
    "data:text/html,x": "address_scheme",
    "//example.org/": "address_scheme",
    "example.org": "address_scheme",
    "http://-1.5/": "address_bad",
    "http://+1.1/": "address_bad",
    "http://1_0.1/": "address_bad",
    "http://example.org/\ud800": "address_bad",
    "http://user@example.org/": "address_user",
    "http://user:secret@127.0.0.1/": "address_user",
    "http://example.org:80@127.0.0.1/": "address_user",
    "http://@127.0.0.1/": "address_user",
    "http://example.org:22/": "address_port",
    "http://example.org:25/": "address_port",
    "http://example.org:6379/": "address_port",
    "http://example.org:5432/": "address_port",
    "http://example.org:0/": "address_port",
    "http://example.org:99999/": "address_bad",
    "http://example.org:8o/": "address_bad",
    "http:///path": "address_bad",
    "http://": "address_bad",
    "http:127.0.0.1/": "address_bad",
    "http:\\\\127.0.0.1/": "address_bad",
    "http://example.org\\@127.0.0.1/": "address_bad",
    "http://example.org\\.evil.example/": "address_bad",
    "http://127.0.0.1%00.example.org/": "address_bad",
    "http://127%2e0%2e0%2e1/": "address_bad",
    "http://[fe80::1%25eth0]/": "address_bad",
    "http://[::1/": "address_bad",
    "http://[v1.x]/": "address_bad",
    "http://1.2.3.4.5/": "address_bad",
    "http://256.256.256.256/": "address_bad",
    "http://999999999999/": "address_bad",
    "http://1.2.3.08/": "address_bad",
    "http://0x/x": None,
    "http://exa mple.org/": "address_bad",
    "http://example.org/\r\nHost: x": "address_bad",
    "http://exam\tple.org/": "address_bad",
    "http://..../": "address_bad",
    "http://-/": None,
    "": "address_bad",
    "http://" + "a" * 5000: "address_bad",
}


@pytest.mark.parametrize(("address", "code"), REFUSED.items())
def test_what_is_no_plain_web_address_is_refused(address: str, code: str | None) -> None:
    if code is None:  # accepted as a spelling; what it means is judged when connecting
        plain_address(address)
        return
    with pytest.raises(Refused) as caught:
        plain_address(address)
    assert caught.value.code == code


def test_ordinary_addresses_keep_their_meaning() -> None:
    assert plain_address("HTTP://Example.ORG:80/a/../b?x=1#top") == "http://example.org/a/../b?x=1"
    assert plain_address("https://例子.中国/新闻?q=灯谜") == (
        "https://xn--fsqu00a.xn--fiqs8s/%E6%96%B0%E9%97%BB?q=%E7%81%AF%E8%B0%9C"
    )
    assert plain_address("https://example.org:8443") == "https://example.org:8443/"
    assert plain_address("https://mp.weixin.qq.com/s?__biz=MzA=&mid=2&sn=a%20b") == (
        "https://mp.weixin.qq.com/s?__biz=MzA=&mid=2&sn=a%20b"
    )


@given(st.text(max_size=60))
def test_any_text_is_refused_or_becomes_stable(text: str) -> None:
    for address in (text, f"http://{text}", f"http://{text}/x"):
        try:
            plain = plain_address(address)
        except Refused:
            continue
        assert plain.startswith(("http://", "https://"))
        assert plain.isascii()
        assert plain_address(plain) == plain


@given(st.text(alphabet=string.hexdigits + ".x", min_size=1, max_size=20))
def test_hosts_of_digits_are_addresses_or_refused(host: str) -> None:
    try:
        plain = plain_host(host)
    except Refused:
        return
    if plain.rpartition(".")[2][:1].isdigit() and plain.rpartition(".")[2].isdigit():
        ipaddress.IPv4Address(plain)


def test_allowed_networks_open_what_is_inside_them_only() -> None:
    guard = Guard(["10.1.0.0/16", " fd12::/16 "])
    assert guard.check("intranet", ["10.1.2.3"]) == ("10.1.2.3",)
    assert guard.check("intranet", ["::ffff:10.1.2.3"])
    assert guard.check("intranet", ["fd12::1"])
    for text in ("10.2.0.1", "127.0.0.1", "fd13::1", "::ffff:10.2.0.1"):
        with pytest.raises(Refused):
            guard.check("intranet", [text])


def test_of_mixed_answers_only_the_public_ones_are_used() -> None:
    assert Guard().check("mixed.example", ["127.0.0.1", "8.8.8.8", "::1"]) == ("8.8.8.8",)


def test_a_bad_network_is_a_bad_setting() -> None:
    with pytest.raises(BadSettings):
        Guard(["10.0.0.0/99"])
