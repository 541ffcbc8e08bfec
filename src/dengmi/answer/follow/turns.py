"""What the completing of a question reads and gives."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question (in its stand-alone form) and its answer; `titles` are those of the
    articles it cites."""

    question: str
    answer: str = ""
    titles: tuple[str, ...] = ()
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that needs no conversation. `sure` is false where the rules saw that it leans on
    the conversation but could not complete it; `text` is then the best they can do."""

    text: str
    changed: bool = False
    sure: bool = True


def bare(question: str) -> str:
    """A question without the mark at its end."""
    return question.strip().rstrip("？?。.!！ ")
