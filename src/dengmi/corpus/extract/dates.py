"""Dates as people and machines write them, to ISO 8601.

The result is "2023-08-16" or, where the time of day is known, "2023-08-16T18:24:57": the local
time as it was written, without an offset, so that dates compare as plain text.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_TIME = r"(?:[T\s日号,，]*?(?P<h>\d{1,2})[:：时點点](?P<mi>\d{2})(?:[:：分](?P<s>\d{2}))?)?"
_NUMERIC = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d{2})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})(?!\d)"
    + _TIME
)
_COMPACT = re.compile(r"^(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})$")
_DAY_FIRST = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th)?\s+(?P<mon>[A-Za-z]{3,9})\.?,?\s+(?P<y>(?:19|20)\d{2})(?!\d)"
)
_MONTH_FIRST = re.compile(
    r"(?P<mon>[A-Za-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d{2})(?!\d)"
)
_YEAR_MONTH = re.compile(
    r"^\s*(?P<y>(?:19|20)\d{2})(?:\s*[-/.年]\s*(?P<m>\d{1,2})\s*月?)?\s*年?\s*$"
)
_LATEST = 4_102_444_800  # 2100-01-01: larger numbers are milliseconds


def iso_date(value: object) -> str | None:
    """The date that a value names, or None.

    Accepts dates and datetimes, Unix seconds or milliseconds (number or digits), ISO 8601,
    RFC 2822, "2023年8月16日 18:24", "16 August 2023", "Aug 16, 2023", "2023-08", "2023".
    A text may hold more around the date; the first date counts.
    """
    if isinstance(value, datetime):
        return value.replace(tzinfo=None, microsecond=0).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        if 1900 <= value <= 2100 and value == int(value):
            return str(int(value))
        return _from_unix(float(value))
    return _from_text(str(value)[:200].strip())


def _from_unix(seconds: float) -> str | None:
    if seconds > _LATEST:
        seconds /= 1000
    if not 0 < seconds < _LATEST:
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds))
    return moment.replace(tzinfo=None).isoformat()


def _from_text(text: str) -> str | None:
    if text.isascii() and text.isdigit() and len(text) in (10, 13):
        return _from_unix(float(text))
    if found := _COMPACT.match(text) or _NUMERIC.search(text):
        return _built(found.groupdict())
    if found := _YEAR_MONTH.match(text):
        month = int(found["m"] or 0)
        return f"{found['y']}-{month:02}" if 1 <= month <= 12 else found["y"]
    return _from_words(text)


def _from_words(text: str) -> str | None:
    """RFC 2822, or a day with the month's English name."""
    if " " in text and (parsed := parsedate(text)):
        parts: dict[str, object] = dict(zip("ymd", parsed[:3], strict=True))
        if ":" in text:
            parts |= {"h": parsed[3], "mi": parsed[4], "s": parsed[5]}
        return _built(parts)
    if found := _DAY_FIRST.search(text) or _MONTH_FIRST.search(text):
        return _built(found.groupdict() | {"m": _MONTHS.get(found["mon"][:3].lower())})
    return None


def _built(parts: Mapping[str, object]) -> str | None:
    """ISO text from numbers or digits; None when there is no such day."""
    try:
        day = date(*(int(str(parts[name])) for name in ("y", "m", "d")))
    except ValueError:
        return None
    if parts.get("h") is None:
        return day.isoformat()
    hour, minute, second = (int(str(parts.get(name) or 0)) for name in ("h", "mi", "s"))
    if hour > 23 or minute > 59 or second > 60:
        return day.isoformat()
    return f"{day.isoformat()}T{hour:02}:{minute:02}:{min(second, 59):02}"
