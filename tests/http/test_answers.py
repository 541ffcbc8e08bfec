"""Asking over HTTP: one JSON value, or typed events."""

import json

import httpx
import msgspec
import pytest

from dengmi.server.rest.models import AnswerResponse

QUESTION = "When does the lantern walk close?"


async def ask(client: httpx.AsyncClient, question: str, **more: object) -> dict[str, object]:
    reply = await client.post("/api/v1/answers", json={"question": question, **more})
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def events(text: str) -> list[tuple[str, str, dict[str, object]]]:
    """(name, id, data) of each event."""
    found = []
    for block in text.strip().split("\n\n"):
        if block.startswith(":"):
            continue
        rows = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((rows["event"], rows["id"], json.loads(rows["data"])))
    return found


async def test_an_answer_quotes_exact_sentences(client: httpx.AsyncClient) -> None:
    answer = msgspec.convert(await ask(client, QUESTION), AnswerResponse)
    assert answer.grounded
    assert answer.level == "quote"
    assert answer.cost.micros == 0
    first = answer.citations[0]
    assert first.title == "The lantern walk"
    assert "closes on the seventeenth" in first.quote
    article = (await client.get(f"/api/v1/articles/{first.article_id}")).json()
    passage = next(one for one in article["passages"] if one["passage_id"] == first.passage_id)
    assert first.quote in passage["text"]
    assert passage["sentences"][first.first - 1]["text"] in first.quote
    assert all(0 <= start < end <= len(first.quote) for start, end in first.match)


async def test_chinese_is_answered_in_chinese(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "老茶厂有多少车位？")
    assert answer["grounded"]
    assert "十二个车位" in str(answer["text"])
    assert answer["lang"] == "zh"


async def test_what_the_articles_do_not_say_is_said_plainly(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "What is the boiling point of tungsten?")
    assert answer["grounded"] is False
    assert answer["citations"] == []
    assert answer["text"]


async def test_an_answer_can_be_read_again(client: httpx.AsyncClient) -> None:
    answer = await ask(client, QUESTION)
    for name in ("id", "question_id"):
        again = await client.get(f"/api/v1/answers/{answer[name]}")
        assert again.json() == answer


async def test_events_come_in_order_and_end_with_the_whole_answer(
    client: httpx.AsyncClient,
) -> None:
    reply = await client.post(
        "/api/v1/answers",
        json={"question": QUESTION, "level": "deep"},
        headers={"accept": "text/event-stream"},
    )
    assert reply.headers["content-type"].startswith("text/event-stream")
    found = events(reply.text)
    names = [name for name, _, _ in found]
    assert names[0] == "found"
    assert names[-2:] == ["spent", "done"]
    assert {"text", "citation", "notice"} <= set(names)
    assert [int(number) for _, number, _ in found] == list(range(1, len(found) + 1))
    done = found[-1][2]
    told = "".join(str(data["text"]) for name, _, data in found if name == "text")
    assert told == done["text"]
    cited = [data for name, _, data in found if name == "citation"]
    assert cited == done["citations"]


async def test_the_same_key_is_the_same_question(client: httpx.AsyncClient) -> None:
    first, second = [
        await client.post(
            "/api/v1/answers", json={"question": QUESTION}, headers={"idempotency-key": "k1"}
        )
        for _ in range(2)
    ]
    assert first.json()["id"] == second.json()["id"]


async def test_a_key_of_one_caller_is_not_that_of_another(client: httpx.AsyncClient) -> None:
    async def asked(asker: str = "", address: str = "") -> object:
        headers = {"idempotency-key": "1"} | ({"x-forwarded-for": address} if address else {})
        body = {"question": QUESTION, "asker": asker}
        return (await client.post("/api/v1/answers", json=body, headers=headers)).json()["id"]

    callers = [("", ""), ("ann", ""), ("", "198.51.100.7"), ("", "203.0.113.7")]
    ids = [await asked(*each) for each in callers]
    assert len(set(ids)) == len(callers)
    assert [await asked(*each) for each in callers] == ids


async def test_a_conversation_of_one_caller_is_not_that_of_another(
    client: httpx.AsyncClient,
) -> None:
    async def asked(text: str, address: str, asker: str = "") -> object:
        body = {"question": text, "conversation": "1", "asker": asker}
        headers = {"x-forwarded-for": address}
        reply = await client.post("/api/v1/answers", json=body, headers=headers)
        return reply.json()["standalone"]

    near, far = "198.51.100.7", "203.0.113.7"
    await asked("When does the lantern walk begin in 2023?", near, "ann")
    await asked("When does the lantern walk begin in 2023?", near)
    assert await asked("And in 2024?", far) == "And in 2024?"
    assert await asked("And in 2024?", far, "ann") == "And in 2024?"
    whole = "When does the lantern walk begin in 2024?"
    assert await asked("And in 2024?", near) == await asked("And in 2024?", near, "ann") == whole


async def test_the_hall_asks_every_desk(client: httpx.AsyncClient) -> None:
    assert (await ask(client, QUESTION, desk="*"))["grounded"]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_a_desk_that_is_not_there(client: httpx.AsyncClient, accept: str) -> None:
    reply = await client.post(
        "/api/v1/answers",
        json={"question": QUESTION, "desk": "wlaks"},
        headers={"accept": accept},
    )
    assert reply.status_code == 404
    assert "walks" in reply.json()["detail"]
    assert reply.json()["code"] == "desk_unknown"


async def test_control_characters_do_no_harm(client: httpx.AsyncClient) -> None:
    answer = await ask(client, "When does\x00 the lantern\x07 walk close?\n")
    assert answer["question"] == QUESTION
