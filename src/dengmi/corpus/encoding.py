"""Bytes of unknown encoding to text.

What declares an encoding (HTTP header, meta tag) is often wrong, so a declaration only tips the
balance. UTF-8 proves itself; everything else is judged by reading a sample in each encoding that
is likely and asking how much of it looks like writing.
"""

import codecs
import re
from collections.abc import Iterator

_SAMPLE = 65_536
"""Bytes that are enough to tell an encoding; the slow detector of last resort gets 8 KiB."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)

_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-16": "utf-16-le",
}
"""Declared names that writers use for a larger set, as browsers read them (WHATWG Encoding)."""

_META = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""")

# The most frequent Chinese characters, Simplified and then the Traditional forms that differ,
# counted over news and encyclopaedia text. They make up two thirds of what is written.
_COMMON = frozenset(
    "的一年在为中人大是有国于日和上了时以发月行地不成会公出生后作部学个动区新文家分多市与到来用及方对本业下"
    "等长工主全之法前现开其体名进民道通海同要正他高能经可线电车这场被路自加小员子合将理西力台化内过建关者机位"
    "安东南事而所并务美至第间物站期北实入斯最任们外水展当度天表也面由重此政目设资金定平元三提特利报次产代队得"
    "司交心称原亚军球保联数因山都明更系色相式性布量据港品示立里网州活社比制向赛种尔应但两科号点广起运二万教近"
    "查已受共该持流从马门就计院题达信华如克记总无口我管基或情处使传视回标程世龙服城约接省意局常王说还强组好类"
    "战香指集手河士看风统头源十责调治结德案级各条供防解然警游推创委包影村首导型罗编群支鱼息岛形参单江女四商巴"
    "非米今收列格兰太办团湾身拉少带续气消造获议增英客项取件食专语直星京众林属演果股张助县领研问乐营投书认某青"
    "铁转深界具权完选尼环辑打改府音举空际升校较图知则规质放技引医术域告曾未决你她很那什么没想去吗呢吧做"
    "爲國於時發會後學個動區與來對業長現開體進經線電車這場員將臺內過關機東並務間實們當設資報產隊稱亞軍聯數據裏"
    "網賽種爾應兩號點廣運萬該從馬門計題達華記總無處傳視標龍約說還強組類戰風統頭責調結級條遊創導羅編羣魚島參單"
    "蘭辦團灣帶續氣獲議項專語眾屬張縣領問樂營書認鐵轉權選環輯舉際較圖則規質醫術決為裡麼沒嗎著"
)

_RANGES = (
    ("\u4e00", "\u9fa5", 0.25),  # Han that is not common
    ("\u3000", "\u301f", 0.8),  # CJK punctuation
    ("\uff01", "\uff5e", 0.8),  # full-width forms
    ("\u2014", "\u2026", 0.8),  # dashes, quotation marks, ellipsis
    ("\u3041", "\u30ff", 0.75),  # kana
    ("\uac00", "\ud7a3", 0.75),  # hangul
    ("\ufffd", "\ufffd", -3.0),
    ("\x80", "\x9f", -3.0),
    ("\xa0", "\u024f", 0.1),
    ("\u0391", "\u044f", 0.1),
    ("\ue000", "\uf8ff", -1.0),
    ("\U00010000", "\U0010ffff", -1.0),
)
"""How likely a character is in real text; the first range that holds it counts."""

_WESTERN = re.compile("(?<=[A-Za-z \n'])[À-ÖØ-öø-ÿœŒ](?=[A-Za-z ,.;:!?\n'])|[‘’“”–—…€]")
_TEXT_CODEC = re.compile(r"utf-(?:8|16|32)|gb|big5|cp\d|iso8859|koi8|euc|shift|mac|ascii|tis")
_WORST = -9.0


def decode(raw: bytes, hint: str | None = None) -> str:
    """The text of some bytes. Never raises; what cannot be read becomes U+FFFD.

    Args:
        raw: a file or the body of an HTTP answer.
        hint: an encoding's name from outside, such as the charset of a Content-Type header.

    Returns:
        Text without a byte order mark, NULs and lone surrogates.
    """
    encoding, skip = detect(raw, hint)
    return _read(raw[skip:], encoding).replace("\0", "")


def detect(raw: bytes, hint: str | None = None) -> tuple[str, int]:
    """A codec's name, and how many bytes at the start are its byte order mark.

    `raw` may be the beginning of something longer: a character cut off at its end is no fault.
    """
    for bom, name in _BOMS:
        if raw.startswith(bom):
            return name, len(bom)
    sample = raw[:_SAMPLE]
    nuls = sample.count(0)
    # A stray NUL is damage; text of two bytes a character has one in many of its characters.
    if _is_utf8(raw) if not nuls else nuls * 100 < len(sample) and _is_strictly_utf8(sample):
        return "utf-8", 0
    best, best_score = "utf-8", _WORST
    for name, bonus in _candidates(sample, hint):
        score = _plausible(sample, name) + bonus
        if score > best_score:
            best, best_score = name, score
    if best_score < 0.25:
        best = _last_resort(sample) or best
    return best, 0


def _is_utf8(raw: bytes) -> bool:
    """Whether bytes are UTF-8, give or take a few broken ones."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start > 8:
            return _is_utf8(raw[: error.start])
    else:
        return True
    sample = raw[: 16 * _SAMPLE].decode("utf-8", "replace")
    broken = sample.count("\ufffd")
    good = len(re.findall("[^\0-\x7f\ufffd]", sample))
    return broken * 10 <= good


def _is_strictly_utf8(sample: bytes) -> bool:
    """Whether bytes are UTF-8 without any fault, but for a character cut off at the end."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _read(raw: bytes, encoding: str) -> str:
    text = raw.decode(encoding, "replace")
    if encoding.startswith("utf-"):
        return text
    # Some codecs let C1 controls or private characters through; they stay, surrogates cannot.
    return text.encode("utf-8", "replace").decode("utf-8") if _has_surrogate(text) else text


def _has_surrogate(text: str) -> bool:
    return re.search("[\ud800-\udfff]", text) is not None


def _candidates(sample: bytes, hint: str | None) -> Iterator[tuple[str, float]]:
    """Codecs worth trying, each with the head start a declaration gives it."""
    declared = _META.search(sample[:4096])
    names = [(hint or "", 0.12), (declared[1].decode("ascii") if declared else "", 0.08)]
    tried = set()
    for label, bonus in names:
        name = _codec(label)
        if name and name not in tried:
            tried.add(name)
            yield name, bonus
    utf16 = ("utf-16-le", "utf-16-be") if b"\0" in sample or len(sample) % 2 == 0 else ()
    rest = ("utf-8", "gb18030", "big5hkscs", *utf16, "cp932", "euc_jp", "cp949", "cp1252")
    for name in rest:
        if name not in tried:
            yield name, 0.0


def _codec(label: str) -> str:
    """Python's name of a text encoding, widened as browsers do; empty when there is none."""
    try:
        name = codecs.lookup(label.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return ""
    return _WIDER.get(name, name) if _TEXT_CODEC.match(name) else ""


def _plausible(sample: bytes, encoding: str) -> float:
    """How much a sample read so looks like writing: about 1 for good text, below 0 for noise."""
    text = sample.decode(encoding, "replace").removesuffix("\ufffd")
    foreign = [char for char in text if char > "\x7f"]
    nul_cost = 8.0 * text.count("\0") / max(len(text), 1)
    if not foreign:
        return 0.3 - nul_cost
    if encoding == "cp1252":
        return len(_WESTERN.findall(text)) / len(foreign) - nul_cost
    # UTF-16 read in the wrong byte order has no ASCII at all, not even a line end: a small credit.
    credit = 0.02 if len(foreign) < len(text) else 0.0
    return sum(map(_weight, foreign)) / len(foreign) - nul_cost + credit


def _weight(char: str) -> float:
    if char in _COMMON:
        return 1.3
    return next((weight for low, high, weight in _RANGES if low <= char <= high), -0.3)


def _last_resort(sample: bytes) -> str:
    """Ask charset-normalizer, which knows many more encodings but is slow and easily misled."""
    from charset_normalizer import from_bytes

    if best := from_bytes(sample[:8192], steps=3, chunk_size=512).best():
        return _codec(best.encoding) or "cp1252"
    return "cp1252"
