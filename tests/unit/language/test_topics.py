"""Grouping questions by what they are about."""

import random

from dengmi.language.topics import topics

QUESTIONS = [
    "How much is a ticket for the boat?",
    "What does a boat ticket cost?",
    "Are dogs allowed on the bridge?",
    "船票多少钱？",
    "请问船票要多少钱",
    "Boat tickets, what do they cost?",
    "Who painted the lanterns?",
    "老茶厂有停车位吗？",
    "Please tell me what a boat ticket costs",
]


def grouped(questions: list[str]) -> list[list[str]]:
    return [[questions[place] for place in each.members] for each in topics(questions)]


def test_questions_about_one_thing_come_together() -> None:
    found = grouped(QUESTIONS)
    assert found[0] == [QUESTIONS[n] for n in (0, 1, 5, 8)]
    assert found[1] == [QUESTIONS[n] for n in (3, 4)]
    assert sorted(map(len, found[2:])) == [1, 1, 1]


def test_every_question_is_in_exactly_one_topic() -> None:
    places = sorted(place for each in topics(QUESTIONS) for place in each.members)
    assert places == list(range(len(QUESTIONS)))
    assert topics([]) == []
    assert len(topics(["?", "？", "", "!!"])) >= 1


def test_the_same_questions_make_the_same_topics() -> None:
    first = [sorted(each) for each in grouped(QUESTIONS)]
    assert [sorted(each) for each in grouped(list(QUESTIONS))] == first


def test_the_title_is_what_was_asked_most_often() -> None:
    (topic,) = topics(["Is it far?", "is it far", "is it far", "Is it far?", "Is it far?"])
    assert topic.title == "Is it far?"
    assert topic.asked["is it far"] == 2


def test_many_different_ones_are_all_kept() -> None:
    chance = random.Random(5)
    words = [f"word{n}" for n in range(300)]
    many = [" ".join(chance.sample(words, 6)) for _ in range(400)]
    assert sum(len(each.members) for each in topics(many)) == 400
