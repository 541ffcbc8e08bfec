"""What the tools give back. `search` and `fetch` have the shapes that connectors of ChatGPT expect.

Needs pydantic, which comes with the extra `mcp`.
"""

from pydantic import BaseModel, Field


class Result(BaseModel):
    """An article found."""

    id: str
    title: str
    url: str


class Results(BaseModel):
    """Articles found, the best first."""

    results: list[Result]


class Document(BaseModel):
    """A whole article."""

    id: str
    title: str
    text: str
    url: str
    metadata: dict[str, str]


class Quoted(BaseModel):
    """A sentence that an answer rests on."""

    n: int = Field(description="its number in the text")
    id: str = Field(description="of the article, for the tool fetch")
    title: str
    url: str
    quote: str = Field(description="the exact sentence")
    verdict: str = Field(description="supported, partial or unsupported; empty without a check")


class Answered(BaseModel):
    """An answer from the articles of a desk."""

    text: str = Field(description="the answer; [1] is the number of a citation")
    grounded: bool = Field(description="false: the articles do not say")
    level: str
    citations: list[Quoted]
    followups: list[str] = Field(description="questions that the articles answer too")
    notices: list[str]
    page: str = Field(description="address of the answer's own page")
    cost: str = Field(description="such as 0.000444 CNY")
