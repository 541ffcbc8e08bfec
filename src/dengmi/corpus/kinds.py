"""What kind of source somebody means by a path or an address."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from dengmi.core.errors import BadInput, NotFound, Unreadable
from dengmi.core.records import SourceKind
from dengmi.corpus.folder import LINE_ENDINGS
from dengmi.corpus.guard import plain_address

PREFIX = "wechat:"
"""What the address of a source begins with that lists an account's articles; the account's name in
the settings follows."""

Kind = SourceKind | Literal["auto"]

_WEB = re.compile(r"[a-z][a-z0-9+.\-]*://", re.IGNORECASE)
_LOOKS_LIKE_HOST = re.compile(
    r"^(?:[a-z0-9\-]+\.)+(?:com|org|net|edu|gov|io|dev|cn|tw|hk|uk|de|fr|jp|info|blog|me|app|ai)"
    r"(?::\d+)?(?:/\S*)?$",
    re.IGNORECASE,
)
_FEED_PATH = re.compile(
    r"(?:\.(?:rss|atom|rdf)|/(?:feed|rss|atom)(?:\.xml)?/?|/(?:feed|rss|atom|index)\.xml)$",
    re.IGNORECASE,
)
_NAME = re.compile(r"[\w-]{1,60}")
_WEB_KINDS = frozenset({"page", "site", "feed"})
_FILE_KINDS = frozenset({"folder", "jsonl"})


@dataclass(frozen=True, slots=True)
class Guess:
    """A kind and the address to store. `sure` is false where only the content can tell a page
    from a feed."""

    kind: SourceKind
    address: str
    sure: bool = True


def guess(what: str, kind: str = "auto", accounts: Sequence[str] = ()) -> Guess:
    """Tell what kind of source `what` is, and put its address into the form that is stored.

    An address with no path is a site; one that ends like a feed is a feed; any other is a page,
    or a feed if that is what it turns out to be. A path is a folder, or JSONL by its ending.

    Args:
        accounts: names of the WeChat accounts of the settings, whose lists can be read.

    Raises:
        NotFound: no such account.
        BadInput: the kind is unknown or does not fit.
        Unreadable: there is no such file or folder; the nearest names are given.
        Refused: an address that may not be fetched.
    """
    what = what.strip()
    if kind != "auto" and kind not in get_args(SourceKind):
        known = ", ".join(get_args(SourceKind))
        raise BadInput("kind_unknown", kind=kind[:40], known=known)
    if not what:
        raise BadInput("source_empty")
    if "\0" in what:
        raise BadInput("address_bad", address=what.replace("\0", "")[:200])
    if account := _account(what, kind, accounts):
        return Guess("wechat", f"{PREFIX}{account}")
    if what.lower().startswith("file://"):
        return _local(_from_file_address(what), kind)
    if _WEB.match(what):
        return _web(what, kind)
    path = Path(what).expanduser()
    if not path.exists() and (_LOOKS_LIKE_HOST.match(what) or kind in {"page", "site", "feed"}):
        return _web(f"https://{what}", kind)
    return _local(path, kind)


def _account(what: str, kind: str, accounts: Sequence[str]) -> str:
    """The account that somebody means, "" for none."""
    if kind not in ("auto", "wechat"):
        return ""
    named = what.startswith(PREFIX)
    name = what.removeprefix(PREFIX)
    if not named and (kind == "auto" or not _NAME.fullmatch(name) or Path(name).exists()):
        return ""
    if name not in accounts:
        raise unknown_account(name, accounts)
    return name


def unknown_account(name: str, accounts: Sequence[str]) -> NotFound:
    """What is said of an account that the settings do not have."""
    return NotFound("wechat_unknown", account=name[:60], known=", ".join(accounts) or "-")


def _from_file_address(what: str) -> Path:
    from urllib.request import url2pathname

    return Path(url2pathname(urlsplit(what).path))


def _web(address: str, kind: str) -> Guess:
    plain = plain_address(address)
    parts = urlsplit(plain)
    if kind in _FILE_KINDS:
        raise BadInput("kind_needs_path", kind=kind, address=plain)
    if kind == "auto":
        if parts.hostname == "mp.weixin.qq.com":
            return Guess("wechat", plain)
        if _FEED_PATH.search(parts.path):
            return Guess("feed", plain, sure=False)
        if parts.path == "/" and not parts.query:
            return Guess("site", plain)
        return Guess("page", plain, sure=False)
    return Guess(kind, plain)  # type: ignore[arg-type]  # checked by guess()


def _local(path: Path, kind: str) -> Guess:
    if kind in _WEB_KINDS:
        raise BadInput("kind_needs_address", kind=kind, path=str(path))
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise BadInput("path_not_utf8", path=ascii(str(path))[:200]) from None
    path = Path(os.path.abspath(path))  # noqa: PTH100  (absolute() keeps "..", resolve() follows links)
    if path.root == "//":  # POSIX lets it differ from "/", no system here does
        path = Path("/", *path.parts[1:])
    try:
        is_file, is_folder, is_there = path.is_file(), path.is_dir(), path.exists()
    except OSError:
        is_file = is_folder = is_there = False
    if not is_file and not is_folder:
        if is_there:
            raise Unreadable("file_not_regular", name=str(path))
        near = _near(path)
        if near:
            raise Unreadable("path_missing_near", path=str(path), near=near)
        raise Unreadable("path_missing", path=str(path))
    if kind == "jsonl" and is_folder:
        raise BadInput("jsonl_is_folder", path=str(path))
    if kind == "auto":
        lines = is_file and path.suffix.lower() in LINE_ENDINGS
        kind = "jsonl" if lines else "folder"
    return Guess(kind, str(path))  # type: ignore[arg-type]  # checked by guess()


def _near(path: Path) -> str:
    """Names in the nearest folder that exists which resemble the one that does not."""
    folder, name = path.parent, path.name
    while not folder.is_dir() and folder != folder.parent:
        folder, name = folder.parent, folder.name
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.name[0] != ".")
    except OSError:
        return ""
    names = [other for other in names if other != name]  # a link that leads nowhere
    found = get_close_matches(name, names[:5000], n=3, cutoff=0.6)
    return ", ".join(str(folder / other) for other in found)
