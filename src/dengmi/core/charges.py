"""The lines of the ledger: what calls of models may cost and did cost."""

from dataclasses import dataclass
from typing import Literal

from dengmi.core.records import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a model call used. `hit` and `miss` are prompt tokens found or not found in the
    endpoint's prefix cache; `output` includes `reasoning`."""

    hit: int = 0
    miss: int = 0
    output: int = 0
    reasoning: int = 0

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(
            hit=self.hit + other.hit,
            miss=self.miss + other.miss,
            output=self.output + other.output,
            reasoning=self.reasoning + other.reasoning,
        )


ChargeState = Literal["reserved", "settled", "lost"]
Purpose = Literal["answer", "rewrite", "judge", "reuse", "join", "test"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One line of the ledger: written before a model is called, settled after.

    Money is in millionths of `currency`. `reserved` is the most the call may cost, `micros` what
    it did cost, `full_micros` what it would have cost with nothing found in the cache, or, for
    the purposes "reuse" and "join", what the answer that was shared had cost. A charge is "lost"
    when the process ended before the endpoint told the usage; `micros` is then `reserved`. `owner`
    is the process that wrote the line, "" where that is not known. `held` is the most tokens it may
    use, `payer` whose quota it counts against, `counted` whether it counts there as a question.
    """

    id: str
    question_id: str
    desk: str
    level: Level
    purpose: Purpose = "answer"
    model: str = ""
    version: str = ""
    asker: str = ""
    channel: str = ""
    currency: str = "CNY"
    reserved: int = 0
    micros: int = 0
    full_micros: int = 0
    tokens: Tokens = Tokens()
    state: ChargeState = "reserved"
    at: float = 0.0
    settled_at: float | None = None
    owner: str = ""
    payer: str = ""
    held: int = 0
    counted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlay:
    """Lines of the ledger that agree in all that is named here, added up.

    `begin` is when their stretch of time begins (Unix seconds), `answers` how many questions they
    gave an answer to, `lines` how many there are. Money is in millionths of `currency`.
    """

    begin: float
    desk: str
    level: Level
    model: str
    purpose: Purpose
    currency: str
    state: ChargeState
    answers: int = 0
    lines: int = 0
    reserved: int = 0
    micros: int = 0
    full_micros: int = 0
    tokens: Tokens = Tokens()
