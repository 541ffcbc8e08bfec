"""Addresses taken apart, and the proxies that lead to them."""

import pytest

from dengmi.models.address import Address, address_of
from dengmi.settings.proxies import proxy_of


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://a.example", Address(False, "a.example", 80, "a.example", "/")),
        ("https://a.example:443/v1", Address(True, "a.example", 443, "a.example", "/v1")),
        ("https://A.example:8/灯?q=é", Address(True, "a.example", 8, "a.example:8",
                                              "/%E7%81%AF?q=%C3%A9")),
        ("http://[::1]:8000/v1", Address(False, "::1", 8000, "[::1]:8000", "/v1")),
        ("http://bücher.example/", Address(False, "xn--bcher-kva.example", 80,
                                           "xn--bcher-kva.example", "/")),
    ],
)  # fmt: skip
def test_addresses(url: str, found: Address) -> None:
    assert address_of(url) == found


@pytest.mark.parametrize(
    "url",
    ["localhost:8000", "http://", "ftp://x/v1", "http://a b/v1", "http://x:port/", "", "//x",
     f"http://{'x' * 80}.example/"],
)  # fmt: skip
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        address_of(url)


def test_no_line_can_be_smuggled_into_a_request() -> None:
    found = address_of("http://x.example/v1\r\nX-Other: 1/chat")
    assert "\r" not in f"{found}"
    assert "\n" not in f"{found}"


def test_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert proxy_of(False, "a.example", 80) == ""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert proxy_of(True, "a.example", 443) == "http://proxy.example:3128"
    assert proxy_of(False, "a.example", 80) == ""
    monkeypatch.setenv("all_proxy", "other.example:1")
    assert proxy_of(False, "a.example", 80) == "http://other.example:1"
    monkeypatch.setenv("no_proxy", "a.example,b.example:8443")
    assert proxy_of(True, "sub.a.example", 443) == ""
    assert proxy_of(True, "b.example", 8443) == ""
    assert proxy_of(True, "b.example", 443) != ""
    for here in ("localhost", "x.localhost", "127.0.0.9", "::1"):
        assert proxy_of(True, here, 443) == ""
