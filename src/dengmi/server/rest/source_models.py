"""The shapes of the REST API that tell of sources."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from dengmi.server.rest.models import Request

Kind = Literal["auto", "folder", "page", "site", "feed", "jsonl", "wechat"]


class SourceOptions(Request):
    """How a source is read."""

    pages: Annotated[int, Meta(ge=1, le=100_000, description="Most pages of a site.")] | None = None
    delay: Annotated[float, Meta(ge=0, le=60, description="Seconds between two pages.")] | None = (
        None
    )


class SourceRequest(Request):
    """A place that articles come from."""

    address: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=4_000,
            description="http(s) address, or an absolute path on the server.",
            examples=["https://example.org/feed.xml"],
        ),
    ]
    kind: Annotated[Kind, Meta(description="What it is; `auto` finds out.")] = "auto"
    options: SourceOptions | None = None


class Trouble(Struct, kw_only=True):
    """One item that gave no article, and why."""

    key: str
    code: str
    detail: str


class ReportShape(Struct, kw_only=True):
    """What a sync did, in articles."""

    added: int
    changed: int
    unchanged: int
    skipped: int
    removed: int
    failed: list[Trouble]
    notes: list[Trouble]
    complete: bool


class SourceShape(Struct, kw_only=True):
    """A source. `report` tells how the last sync since the server's start went."""

    id: str
    desk: str
    kind: Literal["folder", "page", "site", "feed", "jsonl", "wechat"]
    address: str
    options: dict[str, Any]
    articles: int
    added_at: float
    synced_at: float | None
    syncing: bool
    report: ReportShape | None = None


class SourcesResponse(Struct, kw_only=True):
    """The sources of a desk."""

    sources: list[SourceShape]


class RemovedResponse(Struct, kw_only=True):
    """How many articles went with a source."""

    articles: int
