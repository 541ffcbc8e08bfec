"""Numbers that follow from others, words that rule each other out, parts that are reversed."""

import pytest

from dengmi.answer.check.judge import Source, judge, laid
from dengmi.answer.check.reading import read
from dengmi.answer.check.rivals import rivals

FOLLOWS = [
    ("The ferry leaves four times an hour.", "A ferry leaves every fifteen minutes."),
    ("The kettle is descaled six times a year.", "Descale the kettle every two months."),
    ("At present 120 people work there.", "It will employ 160 people, 40 more than now."),
    ("Last year there were 330 pairs.", "There are 312 pairs, 18 fewer than last year."),
    ("More than 2,000 people took part.", "The trial had 2,140 people."),
    ("The town gets 152,000 euros.", "It pays 2,000 euros for each container; there are 76."),
    ("Four beavers were set free.", "Two pairs of beavers were set free."),
    ("The first 30 minutes are free.", "The first half hour is free."),
    ("Ten of the 48 boards were not replaced.", "He replaced 38 of the 48 boards."),
    ("小火煮40分钟。", "小火煮四十分钟。"),
    ("去年有330对。", "今年有312对，比去年少18对。"),
    ("现在有120名员工。", "将雇用160人，比现在多40人。"),
    ("一小时四班。", "每十五分钟一班。"),
    ("放归了四只河狸。", "放归了两对河狸。"),
]
"""(claim, sentence): the claim's number follows from those of the sentence."""

OTHERWISE = [
    ("The ferry leaves five times an hour.", "A ferry leaves every fifteen minutes."),
    ("At present 110 people work there.", "It will employ 160 people, 40 more than now."),
    ("More than 3,000 people took part.", "The trial had 2,140 people."),
    ("一次最多烘9公斤。", "一次最多烘8公斤，耗电1.4度。"),
    ("可以同时显示四页。", "升级到第六版后可以同时显示两页。"),
    ("小火煮30分钟。", "小火煮四十分钟。"),
]


@pytest.mark.parametrize(("claim", "sentence"), FOLLOWS)
def test_a_number_that_follows_is_borne_out(claim: str, sentence: str) -> None:
    assert "number" not in laid(claim, [Source(sentence)]).wrong


@pytest.mark.parametrize(("claim", "sentence"), OTHERWISE)
def test_a_number_that_does_not_follow_is_wrong(claim: str, sentence: str) -> None:
    assert judge(claim, [Source(sentence)]).verdict == "unsupported"


@pytest.mark.parametrize(
    ("claim", "sentence", "count"),
    [
        ("Her daughter found the drawings.", "Her niece found the drawings.", 1),
        ("Her niece found the drawings.", "Her niece found the drawings.", 0),
        ("The study used wheat.", "They grew maize in pots.", 1),
        ("The study used wheat.", "They grew maize and wheat.", 0),
        ("The study used plants.", "They grew maize in pots.", 0),
        ("她的女儿发现了素描。", "她的侄女发现了素描。", 1),
        ("试验用的是小麦。", "我们盆栽了玉米。", 1),
        ("试验用的是植物。", "我们盆栽了玉米。", 0),
    ],
)
def test_words_that_rule_each_other_out(claim: str, sentence: str, count: int) -> None:
    assert rivals(read(claim), [read(sentence)], []) == count


def test_what_the_context_has_is_no_rival() -> None:
    claim, sentence = read("The daughter found them."), read("The niece found them.")
    assert rivals(claim, [sentence], [read("Mother and daughter")]) == 0


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        (
            "The rent includes electricity, but not heating.",
            "The rent includes heating, but not electricity.",
        ),
        ("租金包含电费，不含暖气。", "租金包含暖气，不含电费。"),
    ],
)
def test_reversed_parts_are_not_supported(claim: str, sentence: str) -> None:
    assert laid(claim, [Source(sentence)]).number("reversed")
    assert judge(claim, [Source(sentence)]).verdict != "supported"


def test_who_lost_is_who_was_beaten() -> None:
    source = Source("Calder Vale beat Thornley United on Saturday.")
    seen = laid("Thornley United lost on Saturday.", [source])
    assert not seen.number("opposite")
    assert laid("Calder Vale lost on Saturday.", [source]).number("opposite")


@pytest.mark.parametrize(
    ("source", "claim", "right"),
    [
        ("The walk closes on the seventeenth.", "The walk closes on the 17th.", True),
        ("The walk closes on the seventeenth.", "The walk closes on the ninetieth.", False),
        ("He finished twenty-first.", "He came in twenty-first.", True),
        ("He finished twenty-first.", "He came twenty-third.", False),
        ("The 21st edition drew crowds.", "The twenty-first edition drew crowds.", True),
        ("It opened on 21 March.", "It opened on the twenty-first of March.", True),
        ("It opened on 21 March.", "It opened on the twenty-second of March.", False),
        ("It opened on March the twenty-first.", "It opened on 21 March.", True),
    ],
)
def test_ordinals_in_words_are_numbers_and_days(source: str, claim: str, right: bool) -> None:
    assert (judge(claim, [Source(source)]).verdict == "supported") is right


@pytest.mark.parametrize(
    ("claim", "source", "wrong"),
    [
        ("The pool has ⑨ lanes.", "The pool has six lanes.", True),
        ("The pool has ⑨ lanes.", "The pool has nine lanes.", False),
        ("池深⑨米。", "池深6米。", True),
        ("池深⑨米。", "池深9米。", False),
        ("Chapter IX tells of bees.", "Chapter 6 tells of bees.", True),
        ("Chapter IX tells of bees.", "Chapter 9 tells of bees.", False),
        ("The church is of the XIX century.", "The church is of the 18th century.", True),
        ("The church is of the XIX century.", "The church is of the nineteenth century.", False),
        ("The hall is XII metres high.", "The hall is 14 metres high.", True),
        ("第Ⅸ章讲蜜蜂。", "第九章讲蜜蜂。", False),
        ("第Ⅸ章讲蜜蜂。", "第六章讲蜜蜂。", True),
        ("The pool has 6² lanes.", "The pool has 6 lanes.", True),
        ("The tower is 38 m high.", "The tower is 38² m high.", False),
        ("Louis XIV opened the hall.", "The hall was opened by Louis XIV.", False),
        ("①预约 ②取票 ③入园", "先预约，再取票，然后入园。", False),
    ],
)
def test_numbers_in_other_writings(claim: str, source: str, wrong: bool) -> None:
    assert ("number" in judge(claim, [Source(source)]).reasons) == wrong
