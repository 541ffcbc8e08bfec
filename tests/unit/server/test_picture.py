"""Pictures of answers: what they say, how lines break, and that letters are letters."""

import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dengmi.core.records import Answer, Citation, Claim, Head
from dengmi.server.picture.fonts import Fonts, find_fonts
from dengmi.server.picture.words import Run, body_of, sources_of
from dengmi.server.ui.page import DeskView, Frame

pytest.importorskip("PIL", reason="needs the extra card")
segno = pytest.importorskip("segno", reason="needs the extra card")

from PIL import Image, ImageChops  # noqa: E402

from dengmi.core.errors import Unavailable  # noqa: E402
from dengmi.server.picture.draw import PAPER, TALLEST, WIDTH, draw  # noqa: E402
from dengmi.server.picture.text import Line, Type, lines_of, opened  # noqa: E402

ADDRESS = "https://desk.example/a/an_abcdefghijklmnop"
FRAME = Frame(
    lang="zh",
    desk=DeskView("walks", "灯会", 3, None),
    desks=(),
    default="walks",
    now=0.0,
    max_chars=2_000,
)


def citation(n: int, title: str = "老茶厂", url: str = "", article: str = "") -> Citation:
    head = Head(
        pk=n,
        id=article or f"a{n}",
        desk="walks",
        source_id="s",
        title=title,
        url=url,
        author="林梅",
        published="2026-02-26T08:00",
        lang="zh",
    )
    return Citation(n=n, head=head, passage_id="p", first=1, last=1, quote=f"第{n}句原话。")


def written(text: str, *claims: Claim, citations: tuple[Citation, ...] = ()) -> Answer:
    return Answer(
        id="an_abcdefghijklmnop",
        question_id="q",
        desk="walks",
        question="老茶厂有多少个车位？",
        level="quick",
        wanted="auto",
        text=text,
        grounded=True,
        confidence=0.9,
        claims=claims,
        citations=citations,
        lang="zh",
    )


def fonts() -> Fonts:
    found = find_fonts()
    if found.han is None:
        pytest.skip("no font with Chinese here: install fonts-noto-cjk")
    return found


def said(line: Line) -> str:
    return "".join(piece.words for piece in line.pieces)


def test_what_a_written_answer_says() -> None:
    text = "门口有**十二个**车位[1]。画家喜爱[2][?]\n\n- 周五开放[1]"
    claims = (
        Claim(start=0, end=12, cited=(1,), verdict="supported"),
        Claim(start=text.index("画家"), end=text.index("画家") + 4, verdict="unsupported"),
    )
    first, listed = body_of(FRAME, written(text, *claims))
    assert ("十二个", "bold") in first.runs
    assert ("1", "cite") in first.runs
    assert ("画家喜爱", "soft") in first.runs
    assert (" [文章中无依据]", "note") in first.runs
    assert "".join(words for words, _ in first.runs).count("?") == 0
    assert listed.runs[0] == ("• ", "plain")


def test_sources_are_named_once() -> None:
    cited = (citation(1, article="x"), citation(2, url="https://www.example.org/a"))
    answer = written("x", citations=(*cited, citation(3, article="x")))
    assert sources_of(FRAME, answer) == [
        ("1 3", "《老茶厂》 · 林梅 · 2026-02-26"),
        ("2", "《老茶厂》 · example.org · 2026-02-26"),
    ]


def test_no_line_begins_or_ends_wrongly() -> None:
    kind = Type([fonts().han], 30)
    types = {"plain": kind, "cite": kind}
    runs: list[Run] = [("他说：“停到南门桥（地下停车场），走过去六分钟。”" * 6, "plain")]
    for width in range(150, 640, 7):
        lines, whole = lines_of(runs, types, width, 99)  # type: ignore[arg-type]
        assert whole
        assert "".join(map(said, lines)) == runs[0][0]
        for line in lines:
            assert said(line)[0] not in "，。）”："
            assert said(line)[-1] not in "“（"
            assert line.width <= width


def test_english_words_and_numbers_stay_whole() -> None:
    kind = Type([fonts().han], 30)
    runs: list[Run] = [("Better park below the south bridge", "plain"), ("12", "cite")]
    types = {"plain": kind, "cite": kind}
    lines, _ = lines_of(runs, types, 260, 99)  # type: ignore[arg-type]
    assert len(lines) > 2
    assert all(
        word in runs[0][0].split()
        for line in lines
        for word in said(line).removesuffix("12").split()
    )
    assert said(lines[-1]).endswith("bridge12")
    (only,), _ = lines_of([("w" * 300, "plain")], types, 200, 1)  # type: ignore[arg-type]
    assert said(only).endswith("…")
    assert only.width <= 200


def test_chinese_is_written_not_boxes() -> None:
    kind = Type([fonts().han], 40)
    drawn = set()
    for char in "灯谜老茶厂車":
        ((face, run),) = kind.runs(char)
        drawn.add(bytes(face.getmask(run)))
    assert len(drawn) == 6
    assert list(kind.runs("\U0010fffd")) == []  # nobody has it: left out, no box


@settings(max_examples=80, deadline=None)
@given(
    runs=st.lists(
        st.tuples(st.text(min_size=1, max_size=60), st.sampled_from(["plain", "cite", "note"])),
        max_size=5,
    ),
    width=st.integers(30, 300),
    most=st.integers(1, 4),
)
@example(runs=[("0\x1e", "cite")], width=30, most=1)
@example(runs=[("ab\u202ecd\u200b\ufe0f\u0301 🏮\U000e0041", "plain")], width=30, most=9)
def test_any_text_can_be_set(runs: list[Run], width: int, most: int) -> None:
    kind = Type([fonts().han], 20)
    types = dict.fromkeys(("plain", "bold", "soft", "cite", "note"), kind)
    lines, _ = lines_of(runs, types, width, most)  # type: ignore[arg-type]
    assert len(lines) <= most
    for line in lines:
        assert line.width <= max(width, 20 + max(piece.width for piece in line.pieces))


@pytest.mark.parametrize("shape", ["tall", "wide"])
def test_the_picture_shows_the_words(shape: str) -> None:
    raw = draw(FRAME, written("门口有十二个车位。"), fonts(), ADDRESS, shape)
    other = draw(FRAME, written("门口有二十个车位。"), fonts(), ADDRESS, shape)
    image = Image.open(io.BytesIO(raw)).convert("RGB")
    assert image.size == (1_200, 630) if shape == "wide" else image.width == WIDTH
    assert image.getpixel((3, 300)) == tuple(bytes.fromhex(PAPER[1:]))
    changed = ImageChops.difference(image, Image.open(io.BytesIO(other)).convert("RGB")).getbbox()
    assert changed is not None
    assert changed[2] - changed[0] < 200  # two letters changed places and nothing else


def test_a_long_answer_is_cut() -> None:
    raw = draw(FRAME, written("门口有十二个车位，人多。" * 400), fonts(), ADDRESS, "tall")
    assert Image.open(io.BytesIO(raw)).height < TALLEST


def test_the_code_leads_to_the_answer() -> None:
    raw = draw(FRAME, written("门口有十二个车位。"), fonts(), ADDRESS, "tall")
    image = Image.open(io.BytesIO(raw)).convert("L")
    code = segno.make(ADDRESS, error="m", micro=False)
    side = code.symbol_size(border=2)[0]
    scale = 190 // side
    left, right = WIDTH - 72 - side * scale, WIDTH - 72
    # The code's own place: its top row of modules is where the first dark pixel is.
    box = image.crop((left, image.height - 72 - side * scale, right, image.height - 72))
    dark = box.point(lambda value: 255 if value < 128 else 0)
    top, up = dark.getbbox()[:2]  # type: ignore[index]
    for y, row in enumerate(code.matrix):
        for x, module in enumerate(row):
            at = (top + x * scale + scale // 2, up + y * scale + scale // 2)
            assert (dark.getpixel(at) == 255) == bool(module)


def test_a_file_that_is_no_font(tmp_path: Path) -> None:
    path = tmp_path / "letters.ttf"
    path.write_bytes(b"no font")
    with pytest.raises(Unavailable) as caught:
        opened(path, 20)
    assert caught.value.code == "card_font_bad"


def test_fonts_are_found_by_name(tmp_path: Path) -> None:
    for name in ("wqy-microhei.ttc", "deep/NotoSansCJK-Regular.ttc", "other.ttf"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    found = find_fonts(folders=[tmp_path, tmp_path / "nowhere"])
    assert found.han == found.bold == tmp_path / "deep/NotoSansCJK-Regular.ttc"
    assert found.latin is None
