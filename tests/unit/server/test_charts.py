"""Charts as SVG."""

import re
import xml.etree.ElementTree as ET

import pytest

from dengmi.server.console.charts import HEIGHT, Series, bars, line, meter, nice


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (0.03, 0.05), (1, 1), (3, 5), (7, 10), (70, 100), (101, 200)]
)
def test_axes_end_at_round_numbers(value: float, top: float) -> None:
    assert nice(value) == pytest.approx(top)


def test_bars_stand_on_each_other() -> None:
    drawn = bars("Answers <by> hour", ["00", "01"], [Series("a", [3, 0]), Series("b", [1, 2])])
    root = ET.fromstring(drawn)
    assert root.get("aria-label") == "Answers <by> hour"
    rects = root.findall("rect")
    assert [each.get("class") for each in rects] == ["s0", "s1", "s1"]
    first, second = rects[:2]
    assert float(second.get("y", 0)) + float(second.get("height", 0)) == pytest.approx(
        float(first.get("y", 0)), abs=0.2
    )
    assert "style=" not in drawn
    assert [title.text for title in root.iter("title")] == ["00 a: 3", "00 b: 1", "01 b: 2"]


def test_nothing_lies_outside() -> None:
    drawn = line("l", ["a", "", "c"], [0, 900, 3])
    ys = [float(y) for _, y in re.findall(r"([\d.]+),([\d.]+)", drawn)]
    assert min(ys) >= 0
    assert max(ys) <= HEIGHT
    assert 'width="200"' in meter("m", 7.0)
    ET.fromstring(bars("none", [], []))
    ET.fromstring(line("none", [], []))
