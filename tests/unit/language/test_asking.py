"""What a question asks: other clothes make no difference, another question always does."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dengmi.language.asking import asking, same_question

SAME = [
    (
        "How do I learn to juggle?",
        "What is the best way to learn to juggle?",
        "how to learn to juggle",
        "How can you learn to juggle?",
        "What's a good way to learn to juggle",
        "HOW CAN ONE LEARN TO JUGGLE",
        "What are the best ways to learn to juggle?",
        "Ｈｏｗ　ｄｏ　Ｉ　ｌｅａｒｎ　ｔｏ　ｊｕｇｇｌｅ？",
        "Could you please tell me how to learn to juggle? Thanks in advance!",
    ),
    (
        "How do I close my account?",
        "How can you close your account?",
        "how should I close my account",
    ),
    (
        "How does a tide mill work?",
        "Do you know how tide mills work?",
        "So, how does a tide mill work?",
        "I was wondering how a tide mill works",
        "how do tide mills work",
    ),
    (
        "What is the largest lake?",
        "What's the largest lake?",
        "whats the largest lake",
        "what are the largest lakes",
        "Tell me please, what is the largest lake?",
        "“What is the largest lake?”",
        "Sorry to bother you, what is the largest lake?",
        "What is the largest lake, actually?",
    ),
    (
        "What is the difference between a moth and a butterfly?",
        "What are the differences between butterflies and moths?",
    ),
    ("How much does a ferry ticket cost?", "What is the price of a ferry ticket?"),
    ("What does entropy mean?", "What is the meaning of entropy?"),
    ("Is the long-distance train late?", "is the long distance train late"),
    ("Why don't cats swim?", "Why do not cats swim?", "why dont cats swim"),
    ("Did two teams share third place?", "did 2 teams share 3rd place"),
    (
        "如何申请退票",
        "怎么申请退票？",
        "請問怎樣申請退票呢？",
        "我想知道怎么才能申请退票",
        "咋申请退票",
        "麻烦问一下，该如何申请退票，谢谢！",
        "能告诉我怎么申请退票吗？",
        "有谁知道如何申请退票",
    ),
    ("灯谜的作者是谁？", "谁是灯谜的作者", "《燈謎》的作者是哪位？"),
    ("门票多少钱", "门票的价格是多少？", "门票价格是多少"),
    ("博物馆什么时候开门", "博物馆何时开门？", "请问博物馆啥时候开门呀"),
    ("能不能带宠物", "可以带宠物吗", "是否可以带宠物？", "能否带宠物", "可不可以带宠物呢"),
    ("为什么停电", "为何停电？", "为啥停电啊"),
    ("三个人住要多久", "3个人住要多长时间"),
    ("二〇二四年的冠军是谁", "2024年的冠军是谁？"),
]
DIFFERENT = [
    (
        "Who founded the museum?",
        "When was the museum founded?",
        "Where was the museum founded?",
        "Why was the museum founded?",
        "How many founded the museum?",
    ),
    (
        "How many people ski?",
        "How much do people ski?",
        "How often do people ski?",
        "How do people ski?",
    ),
    (
        "Does oak burn longer than pine?",
        "Does pine burn longer than oak?",
        "Does oak burn shorter than pine?",
    ),
    ("Did the Reds beat the Blues?", "Did the Blues beat the Reds?"),
    ("Can I bring a dog?", "Can I not bring a dog?", "Can't I bring a dog in May?"),
    ("What is C?", "What is C++?", "What is C#?", "What is F#?"),
    ("What happened in 1998?", "What happened in 1999?", "What happened before 1998?"),
    ("What happened on March 3?", "What happened on May 3?", "What happened on March 4?"),
    ("Who is Adam Field?", "Who is Anna Field?", "Who is Adam Fields?"),
    ("How do you know if I am right?", "How do I know if you are right?"),
    ("Who is the mayor?", "Who was the mayor?", "Who will be the mayor?"),
    ("What is vitamin A for?", "What is vitamin B for?", "What is vitamin for?"),
    ("What is a fallacy?", "What are some fallacies?"),
    ("What is security?", "What are securities?"),
    ("How can we become good friends?", "How do I become a good friend?"),
    (
        "What is the oldest bridge?",
        "What is the second oldest bridge?",
        "What is the newest bridge?",
    ),
    ("What is -5 + 3?", "What is 5 + 3?", "What is 5 - 3?"),
    ("What is HTTP?", "What is HTTPS?"),
    ("能带宠物吗", "不能带宠物吗", "能带多少宠物"),
    ("怎么还不发货", "怎么发货"),
    ("还剩多少张票", "剩多少张票", "还剩几天"),
    ("甲队赢了乙队吗", "乙队赢了甲队吗", "甲队输给乙队了吗"),
    ("去年销量是多少", "今年销量是多少", "销量是多少"),
    ("谁写了这本书", "什么时候写了这本书", "在哪里写了这本书", "为什么写了这本书"),
    ("张三借给李四多少钱", "李四借给张三多少钱"),
    ("2023年涨了多少", "2024年涨了多少", "2023年跌了多少"),
    ("那3个人是谁", "那4个人是谁", "3个人是谁"),
    ("好奇心是什么", "心是什么"),
    ("怎么去北京", "怎么来北京", "北京怎么样"),
    ("他怎么来的", "他怎么去的"),
    ("Why do few people vote?", "Why do a few people vote?"),
    ("What do bears eat?", "What eats bears?"),
    ("How do I move to the coast?", "How do they move to the coast?"),
    ("What is the price of oil?", "What is the price of oils in 2020?", "Why is the price of oil?"),
    ("说谎的人是谁", "人是谁"),
]
TIMELY = [
    "What is the latest version?",
    "Who leads today?",
    "What changed this year?",
    "who won last week",
    "What is the current price?",
    "最新版本是什么",
    "现在几点",
    "今年涨了多少",
    "最近有什么活动",
    "目前的校长是谁",
]
TIMELESS = [
    "Who won in 1998?",
    "What is a tide mill?",
    "灯谜是什么",
    "2019年的冠军是谁",
    "How long does it last?",
]


@pytest.mark.parametrize("questions", SAME, ids=lambda questions: questions[0])
def test_the_same_question_in_other_clothes(questions: tuple[str, ...]) -> None:
    first = asking(questions[0])
    for other in map(asking, questions[1:]):
        assert (other.key, other.facets) == (first.key, first.facets)
        assert same_question(first, other)


@pytest.mark.parametrize("questions", DIFFERENT, ids=lambda questions: questions[0])
def test_another_question(questions: tuple[str, ...]) -> None:
    for n, one in enumerate(questions):
        for other in questions[n + 1 :]:
            assert not same_question(asking(one), asking(other)), (one, other)


@pytest.mark.parametrize(
    "question",
    ["There are ferries where?", "Do they vote as they please?", "他对谁表示感谢", "说谎的人是谁"],
)
def test_what_belongs_to_a_question_is_searched_for(question: str) -> None:
    assert asking(question).text == question


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("who built the mill", "Hello friend! Could you help me out? {}? I'd be grateful."),
        ("who built the mill", "This might be a silly question, but {}?"),
        ("who built the mill", "Any chance you know {} (just curious)?"),
        ("磨坊是谁建的", "有懂的吗？{}？辛苦了"),
        ("磨坊是谁建的", "各位大佬，{}？在线等，急！"),
        ("磨坊是谁建的", "有没有大佬知道{}"),
    ],
)
def test_talk_around_a_question_makes_no_difference(question: str, said: str) -> None:
    assert same_question(asking(question), asking(said.format(question)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Who ate some, but not all?", "Who ate some?"),
        ("Do I need to know what a mill is?", "What is a mill?"),
        ("I know what the mill did", "What did the mill do"),
        ("About how many mills are there?", "Who asked how many mills are there?"),
        ("磨坊，谁建的", "谁建的"),
    ],
)
def test_what_only_looks_like_talk_makes_a_difference(one: str, other: str) -> None:
    assert not same_question(asking(one), asking(other))


@pytest.mark.parametrize("question", TIMELY)
def test_asks_about_now(question: str) -> None:
    assert asking(question).timely


@pytest.mark.parametrize("question", TIMELESS)
def test_asks_about_no_time_or_a_fixed_one(question: str) -> None:
    assert not asking(question).timely


def test_politeness_is_not_searched_for() -> None:
    assert asking("Could you please tell me who built the Tide Mill?").text == (
        "who built the tide mill"
    )
    assert asking("您好，请问潮汐磨坊是谁建的？谢谢！").text == "潮汐磨坊是谁建的"
    assert asking("Who built the Tide Mill?").text == "Who built the Tide Mill?"
    assert asking("潮汐磨坊是谁建的？").text == "潮汐磨坊是谁建的？"


@pytest.mark.parametrize(
    "question", ["please?", "?", "so", "谢谢", "吗", "的", "请问", "", "the", "a"]
)
def test_nothing_vanishes(question: str) -> None:
    assert asking(question).key or not question
    assert same_question(asking(question), asking(question))


_PIECES = st.sampled_from(
    [
        "how",
        "do",
        "i",
        "you",
        "what",
        "is",
        "the",
        "best",
        "way",
        "to",
        "not",
        "a",
        "5",
        "C++",
        "please",
        "tell",
        "me",
        "so",
        ",",
        "?",
        "some",
        "of",
        "between",
        "and",
        "cost",
        "mean",
        "怎么",
        "的",
        "一下",
        "请问",
        "是",
        "谁",
        "不",
        "能",
        "三",
        "个",
        "什么",
        "吗",
        "，",
        "多少钱",
        "有",
        "方法",
    ]
)


@given(st.lists(_PIECES, max_size=14).map(" ".join))
@example("can you tell me")
@example("please , ，")
@example("what is the best way to")
@example("difference between and and")
def test_reading_gives_a_key_whatever_comes(question: str) -> None:
    read = asking(question)
    assert bool(read.key) == bool(question)
    assert same_question(read, asking(question))


@given(
    st.lists(_PIECES, min_size=1, max_size=10).map(" ".join),
    st.sampled_from(["?", "!!", "。", " ", "？"]),
)
def test_case_and_final_marks_make_no_difference(question: str, mark: str) -> None:
    question = f"mill {question}"
    assert same_question(asking(question), asking(question.upper() + mark))


def test_reading_is_quick() -> None:
    questions = [group[0] for group in SAME + DIFFERENT]
    for question in questions:
        asking(question)
    began = time.process_time()
    for _ in range(20):
        for question in questions:
            asking(question)
    assert (time.process_time() - began) / (20 * len(questions)) < 0.002


def test_absurd_questions_are_read_in_time() -> None:
    for question in (
        "how do i " * 220,
        "的是不是" * 500,
        "please tell me " * 130,
        "a 1 " * 500,
        "什么" * 1000,
    ):
        began = time.process_time()
        asking(question)
        assert time.process_time() - began < 0.5
