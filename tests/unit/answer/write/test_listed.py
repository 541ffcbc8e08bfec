"""Lists and tables of an answer are judged with their lead-ins and heads, item by item."""

import pytest

from dengmi.answer.write.citing import Citing
from dengmi.answer.write.draft import Draft
from dengmi.answer.write.shown import Shown
from tests.unit.answer.conftest import written

EN = (
    "Adults pay €7. Children under twelve pay €3. Residents get in free of charge. "
    "The museum is closed on Mondays."
)
ZH = "成人票七元。十二岁以下儿童三元。本地居民免费。博物馆周一闭馆。"


def shown(draft: str, text: str) -> str:
    """What is shown of a draft."""
    passages = Shown((written(1, "博物馆" if text == ZH else "The museum", text),))
    citing, cut = Citing(passages, "mark"), Draft(passages.means)
    checked = [citing.check(each) for each in (*cut.feed(draft), *cut.end())]
    return "".join(each.text for each in checked if each is not None)


@pytest.mark.parametrize(
    ("text", "draft", "expected"),
    [
        (EN, "Free of charge:\n- Residents [1.3]", "Free of charge:\n- Residents [1]"),
        (EN, "Free of charge:\n- Children [1.2]", "Free of charge:\n- Children [?]"),
        (EN, "## Free of charge\n\n- Children [1.2]", "## Free of charge\n\n- Children [?]"),
        (EN, "- Free of charge for members [1.3]", "- Free of charge for members [?]"),
        (EN, "- Residents pay €7 [1.1]", "- Residents pay €7 [?]"),
        (EN, "Children under 12:\n- €7 [1.1]\n- €3 [1.2]", "Children under 12: [1]\n- €3 [1]"),
        (EN, "Opening hours:\n- Monday: closed", "Opening hours:\n- Monday: closed [1]"),
        (EN, "Opening hours:\n- Sunday: closed [1.4]", "Opening hours:"),
        (ZH, "免费：\n- 本地居民[1.3]", "免费：\n- 本地居民 [1]"),
        (ZH, "免费：\n- 十二岁以下儿童[1.2]", "免费：\n- 十二岁以下儿童 [?]"),
        (ZH, "- 会员免费[1.3]", "- 会员免费 [?]"),
        (ZH, "开放时间：\n- 周日：闭馆[1.4]", "开放时间："),
    ],
)  # fmt: skip
def test_items(text: str, draft: str, expected: str) -> None:
    assert shown(draft, text) == expected


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        (EN, "| Adults | €7 [1.1] |", "\n| Adults | €7 [1] |"),
        (EN, "| Children under 12 | €4 [1.2] |", ""),
        (EN, "| Members | free of charge |", "\n| Members | free of charge [?] |"),
        (EN, "| Residents | free |", "\n| Residents | free [1] |"),
        (ZH, "| 成人 | 7元[1.1] |", "\n| 成人 | 7元 [1] |"),
        (ZH, "| 十二岁以下儿童 | 4元[1.2] |", ""),
        (ZH, "| 会员 | 免费 |", "\n| 会员 | 免费 [?] |"),
    ],
)
def test_rows_carry_their_numbers_inside(text: str, row: str, expected: str) -> None:
    """Readers of Markdown leave out what stands behind the last cell; heads and rules stay."""
    heads = "| 人群 | 票价 |" if text == ZH else "| Visitor | Price |"
    assert shown(f"{heads}\n|---|---|\n{row}", text) == f"{heads}\n|---|---|{expected}"


@pytest.mark.parametrize(
    ("text", "table"),
    [
        (EN, "| Who | Allowed |\n|---|---|\n| Residents | no |"),
        (EN, "| Who | Free of charge |\n|---|---|\n| Children | ✓ |"),
        (EN, "| Free | Paid |\n|---|---|\n| Children [1.2] | Adults [1.1] |"),
        (ZH, "| 人群 | 免费 |\n|---|---|\n| 十二岁以下儿童 | 是 |"),
    ],
)
def test_a_cell_says_what_its_head_says(text: str, table: str) -> None:
    assert shown(table, text).endswith(" [?] |")


def test_a_head_with_a_number_of_its_own_loses_it() -> None:
    table = "| Visitor | €99 |\n|---|---|\n| Adults | €7 |"
    assert shown(table, EN) == "| Visitor | |\n|---|---|\n| Adults | €7 [1] |"


def test_what_only_names_is_not_marked() -> None:
    draft = "## Prices\n\nAdults pay €7. [1.1]\n\n**Closed**\n\nThe museum is closed on Mondays."
    assert "[?]" not in shown(draft, EN)
    assert shown("**The museum is sold out.**", EN).endswith("[?]")


def test_a_lead_in_that_says_much_is_judged() -> None:
    assert "[?]" in shown("The museum is sold out for these reasons:\n- It is closed.", EN)


def test_a_lead_in_ends_with_its_list() -> None:
    draft = "Free of charge:\n- Residents [1.3]\n\n1. Adults pay €7 [1.1]"
    assert shown(draft, EN) == "Free of charge:\n- Residents [1]\n\n1. Adults pay €7 [2]"
