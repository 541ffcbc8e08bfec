"""robots.txt as RFC 9309 has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.corpus.robots import EVERYTHING, NOTHING, parse_robots


def allowed(rules: str, path: str) -> bool:
    return parse_robots(f"User-agent: *\n{rules}").allows(f"https://example.org{path}")


@pytest.mark.parametrize(
    ("rules", "path", "answer"),
    [
        ("Disallow: /", "/", False),
        ("Disallow:", "/x", True),
        ("Disallow: /a", "/ab", False),
        ("Disallow: /a", "/b/a", True),
        ("Disallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("Allow: /a/b\nDisallow: /a", "/a/c", False),
        ("Disallow: /x\nAllow: /x", "/x", True),
        ("Disallow: /*.pdf$", "/d/file.pdf", False),
        ("Disallow: /*.pdf$", "/d/file.pdf?x=1", True),
        ("Disallow: /*?", "/page?x=1", False),
        ("Disallow: /*?", "/page", True),
        ("Disallow: /*/print", "/a/b/print", False),
        ("Disallow: /a*b*c", "/a1b2c3", False),
        ("Disallow: /你", "/%E4%BD%A0%E5%A5%BD", False),
        ("Disallow: /%E4%BD%A0", "/你好", False),
        ("Disallow: /%7Ejoe", "/~joe/", False),
        ("disallow:/a # comment", "/a", False),
        ("Disallow: /", "/robots.txt", True),
        ("Disallow: /$", "/", False),
        ("Disallow: /$", "/x", True),
    ],
)
def test_rules(rules: str, path: str, answer: bool) -> None:
    assert allowed(rules, path) is answer


def test_our_own_group_counts_and_no_other() -> None:
    robots = parse_robots(
        "User-agent: *\nDisallow: /\n\nUser-agent: Other\nUser-agent: Dengmi/0.1\nDisallow: /p\n"
        "Crawl-delay: 2\n\nSitemap: https://example.org/map.xml\nUser-agent: dengmi\nDisallow: /q\n"
    )
    assert robots.allows("https://example.org/x")
    assert not robots.allows("https://example.org/p")
    assert not robots.allows("https://example.org/q")
    assert robots.delay == 2
    assert robots.sitemaps == ("https://example.org/map.xml",)


def test_delays_are_capped_and_nonsense_is_skipped() -> None:
    assert parse_robots("User-agent: *\nCrawl-delay: 99999").delay == 60
    assert parse_robots("User-agent: *\nCrawl-delay: soon\nDisallow /x\n:::\n").delay is None
    assert parse_robots("Disallow: /before-any-group").allows(
        "https://example.org/before-any-group"
    )


def test_the_two_extremes() -> None:
    assert EVERYTHING.allows("https://example.org/x")
    assert not NOTHING.allows("https://example.org/x")


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_file_is_accepted(text: str, path: str) -> None:
    parse_robots(text).allows("https://example.org/" + path)
    parse_robots("User-agent: *\nDisallow: /" + text).allows("https://example.org/" + path)


def test_many_stars_stay_fast() -> None:
    robots = parse_robots("User-agent: *\nDisallow: /" + "*a" * 5_000 + "$")
    assert robots.allows("https://example.org/" + "a" * 4_000 + "b")
