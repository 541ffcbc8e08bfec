"""The option table: every setting with its type, default, limit and meaning."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from dengmi.settings.channels import ChannelSettings
from dengmi.settings.desks import USUAL_PLAN, DeskSettings, KeySettings, PlanSettings
from dengmi.settings.ilink import ILinkSettings
from dengmi.settings.masked import Masked, meaning_of
from dengmi.settings.matrix import MatrixSettings
from dengmi.settings.nli import NliSettings
from dengmi.settings.oidc import OidcSettings
from dengmi.settings.semantic import EmbeddingSettings, RerankingSettings
from dengmi.settings.sharing import SharingSettings
from dengmi.settings.wechat import WeChatSettings
from dengmi.settings.wecom import WeComSettings

Port = Annotated[int, Meta(ge=1, le=65535)]


class ServerSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How `dengmi serve` listens."""

    host: Annotated[str, Meta(description="address to listen on")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="port to listen on")] = 8321
    workers: Annotated[
        Annotated[int, Meta(ge=1, le=64)], Meta(description="processes that answer")
    ] = 1
    public_url: Annotated[
        str,
        Meta(
            pattern="^(https?://.*)?$",
            description="address readers use when a proxy stands in front; "
            "changing sources over HTTP then takes server.admin_token",
        ),
    ] = ""
    admin_token: Annotated[
        str,
        Meta(
            description="secret that lets a caller change sources over HTTP; "
            "empty: only callers on this computer may",
            extra={"secret": True},
        ),
    ] = ""
    log_format: Annotated[
        Literal["text", "json"],
        Meta(description="how the log is written: text for people, json for programs"),
    ] = "text"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="the least that is logged; info: every request and answer"),
    ] = "warning"
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="proxies, as addresses or networks, whose X-Forwarded-For says "
            "where a reader is"
        ),
    ] = ("127.0.0.0/8", "::1")


class LimitSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How fast one caller may ask over HTTP; each worker counts for itself."""

    address_rate: Annotated[
        Annotated[float, Meta(ge=0)],
        Meta(description="questions and searches a second from one address, 0: no limit"),
    ] = 10.0
    address_burst: Annotated[
        Annotated[int, Meta(ge=1)],
        Meta(description="questions and searches from one address at once"),
    ] = 600
    asker_rate: Annotated[
        Annotated[float, Meta(ge=0)],
        Meta(
            description="questions and searches a second of one asker of a key or account; "
            "0: no limit"
        ),
    ] = 1.0
    asker_burst: Annotated[
        Annotated[int, Meta(ge=1)],
        Meta(description="questions and searches of one asker of a key or account at once"),
    ] = 60


class StoreSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where everything is kept."""

    url: Annotated[
        str,
        Meta(
            pattern="^(postgres(ql)?://.*)?$",
            description="postgresql://… for PostgreSQL; empty: dengmi.sqlite in the home",
            extra={"secret": True},
        ),
    ] = ""
    shared: Annotated[
        bool,
        Meta(description="other servers use this PostgreSQL too: what is asked at both is joined"),
    ] = False


class FetchSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How pages, sites and feeds are fetched."""

    allow_networks: Annotated[
        tuple[str, ...],
        Meta(description="private networks that may be fetched from, such as 10.1.0.0/16"),
    ] = ()
    max_bytes: Annotated[
        Annotated[int, Meta(ge=1_000)], Meta(description="most bytes of one page, unpacked")
    ] = 20_000_000
    timeout: Annotated[
        Annotated[float, Meta(gt=0)], Meta(description="most seconds for one page")
    ] = 30.0
    pages: Annotated[
        Annotated[int, Meta(ge=1)], Meta(description="most pages taken from one site")
    ] = 500
    delay: Annotated[
        Annotated[float, Meta(ge=0)], Meta(description="seconds between two pages of one site")
    ] = 0.5


class FileSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How files are read."""

    max_bytes: Annotated[
        Annotated[int, Meta(ge=1_000)], Meta(description="largest file that is read")
    ] = 50_000_000
    timeout: Annotated[
        Annotated[float, Meta(gt=0)], Meta(description="most seconds for one PDF or office file")
    ] = 60.0
    memory: Annotated[
        Annotated[int, Meta(ge=50_000_000)],
        Meta(description="most bytes of memory for reading one PDF or office file"),
    ] = 1_000_000_000


class AskSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a question may be."""

    max_chars: Annotated[
        Annotated[int, Meta(ge=10)], Meta(description="longest question, in characters")
    ] = 2_000
    quotes: Annotated[
        Annotated[int, Meta(ge=1, le=5)], Meta(description="most quotes in an answer")
    ] = 3


class PriceSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a model costs, where the built-in price sheets do not know it."""

    currency: Annotated[
        str, Meta(pattern="^[A-Z]{3}$", description="currency of the prices, such as CNY or USD")
    ] = "CNY"
    hit: Annotated[
        Annotated[float, Meta(ge=0)],
        Meta(description="price of a million prompt tokens found in the endpoint's cache"),
    ] = 0.0
    miss: Annotated[
        Annotated[float, Meta(ge=0)], Meta(description="price of a million other prompt tokens")
    ] = 0.0
    output: Annotated[
        Annotated[float, Meta(ge=0)], Meta(description="price of a million output tokens")
    ] = 0.0


class ModelSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One language model."""

    kind: Annotated[
        Literal["deepseek", "openai", "local", "scripted"],
        Meta(
            description="deepseek: the DeepSeek API; openai: any endpoint that speaks its API; "
            "local: a GGUF file in this process; scripted: answers read from a file"
        ),
    ]
    model: Annotated[
        str, Meta(description="the endpoint's name of the model; for local and scripted, a file")
    ] = ""
    base_url: Annotated[
        str, Meta(pattern="^(https?://.*)?$", description="address of the endpoint")
    ] = ""
    api_key: Annotated[
        str,
        Meta(description="key, or env:NAME for a variable that holds it", extra={"secret": True}),
    ] = ""
    profile: Annotated[
        Literal["", "deepseek", "openai", "vllm", "sglang", "llama.cpp", "ollama", "generic"],
        Meta(description="what the endpoint can do; empty: told from its address, or asked"),
    ] = ""
    slots: Annotated[
        Annotated[int, Meta(ge=1, le=100_000)], Meta(description="most requests in flight")
    ] = 200
    context: Annotated[
        Annotated[int, Meta(ge=512)],
        Meta(description="tokens that a local model holds; 16,384 for each answer at once"),
    ] = 16_384
    threads: Annotated[
        Annotated[int, Meta(ge=0, le=512)],
        Meta(description="processor cores that a local model uses; 0: all"),
    ] = 0
    first: Annotated[
        Annotated[float, Meta(gt=0)], Meta(description="most seconds until the first token")
    ] = 30.0
    between: Annotated[
        Annotated[float, Meta(gt=0)], Meta(description="most seconds between two tokens")
    ] = 30.0
    send_asker: Annotated[
        bool,
        Meta(
            description="send an id of the asker; at DeepSeek this parts the cache by asker, "
            "which costs more"
        ),
    ] = False
    price: Annotated[
        PriceSettings | None,
        Meta(description="prices, for models that the built-in sheets do not know"),
    ] = None


class LevelSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which models a level may use, in order; a level without one is not offered."""

    quick: Annotated[tuple[str, ...], Meta(description="models of the level quick, in order")] = ()
    deep: Annotated[tuple[str, ...], Meta(description="models of the level deep, in order")] = ()
    judge: Annotated[
        str, Meta(description="model asked about doubtful sentences; empty: the first of quick")
    ] = ""


class WritingSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much a written answer may use."""

    quick_evidence: Annotated[
        Annotated[int, Meta(ge=200)], Meta(description="most tokens of articles shown at quick")
    ] = 2_400
    deep_evidence: Annotated[
        Annotated[int, Meta(ge=200)], Meta(description="most tokens of articles shown at deep")
    ] = 8_000
    quick_tokens: Annotated[
        Annotated[int, Meta(ge=16)], Meta(description="most tokens of an answer at quick")
    ] = 700
    deep_tokens: Annotated[
        Annotated[int, Meta(ge=16)],
        Meta(description="most tokens of an answer at deep, thinking included"),
    ] = 6_000
    patience: Annotated[
        Annotated[float, Meta(ge=0, le=600)],
        Meta(description="most seconds a question waits for a slot of a model; then quotes"),
    ] = 15.0
    history: Annotated[
        Annotated[int, Meta(ge=0, le=50)],
        Meta(description="earlier questions of a conversation that the model sees"),
    ] = 6
    rewrite: Annotated[
        bool,
        Meta(description="ask a model to complete follow-ups where the rules are not sure"),
    ] = True
    reuse: Annotated[
        bool, Meta(description="serve an answer again while the articles still say the same")
    ] = True


class LateSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Questions that wait for a better answer than they got."""

    on: Annotated[
        bool, Meta(description="whether questions that got less than they wanted may wait for more")
    ] = True
    hours: Annotated[
        Annotated[float, Meta(gt=0, le=168)],
        Meta(description="most hours a question waits for its better answer"),
    ] = 6.0
    each: Annotated[
        Annotated[int, Meta(ge=1)], Meta(description="most questions of one asker that wait")
    ] = 20
    most: Annotated[
        Annotated[int, Meta(ge=1)], Meta(description="most questions that wait in all")
    ] = 10_000


class Settings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that can be set, as one value that is passed by hand."""

    home: Annotated[Path, Meta(description="folder of everything that is kept")] = Path()
    default_desk: Annotated[
        str, Meta(description="desk asked when none is named; empty: the only one, or “main”")
    ] = ""
    language: Annotated[
        Literal["", "en", "zh"],
        Meta(
            description="language of messages, en or zh; empty: that of the system or browser",
        ),
    ] = ""
    time_zone: Annotated[
        str,
        Meta(description="where days begin, such as Asia/Shanghai; empty: where the computer is"),
    ] = ""
    default_plan: Annotated[str, Meta(description="plan of askers who have no other")] = USUAL_PLAN
    rates: Annotated[
        Mapping[str, float],
        Meta(description="what one unit of a currency is in CNY, where budget and price differ"),
    ] = {}
    server: ServerSettings = ServerSettings()
    channels: ChannelSettings = ChannelSettings()
    limits: LimitSettings = LimitSettings()
    store: StoreSettings = StoreSettings()
    fetch: FetchSettings = FetchSettings()
    files: FileSettings = FileSettings()
    ask: AskSettings = AskSettings()
    writing: WritingSettings = WritingSettings()
    late: LateSettings = LateSettings()
    sharing: SharingSettings = SharingSettings()
    oidc: OidcSettings = OidcSettings()
    models: Mapping[str, ModelSettings] = {}
    levels: LevelSettings = LevelSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()
    reranking: RerankingSettings = RerankingSettings()
    nli: NliSettings = NliSettings()
    desks: Mapping[str, DeskSettings] = {}
    wechat: Mapping[str, WeChatSettings] = {}
    matrix: Mapping[str, MatrixSettings] = {}
    wecom: Mapping[str, WeComSettings] = {}
    ilink: Mapping[str, ILinkSettings] = {}
    plans: Mapping[str, PlanSettings] = {}
    keys: Mapping[str, KeySettings] = {}

    @property
    def store_address(self) -> str:
        """What `store.open_store` takes: a file path or a postgresql:// address."""
        return self.store.url or str(self.home / "dengmi.sqlite")

    @property
    def index_folder(self) -> Path:
        """Where the derived index lies."""
        return self.home / "index"


NAMED: Mapping[str, type[Struct]] = {
    "desks": DeskSettings,
    "models": ModelSettings,
    "wechat": WeChatSettings,
    "matrix": MatrixSettings,
    "wecom": WeComSettings,
    "ilink": ILinkSettings,
    "plans": PlanSettings,
    "keys": KeySettings,
}
"""The tables whose keys are names of the operator's choice."""


def option_rows() -> Iterator[tuple[str, str, object, bool]]:
    """(key, meaning, default, whether secret) of every setting, for the guide and `doctor`."""
    for path, field in fields_of(Settings):
        meaning, secret = meaning_of(field.type)
        if meaning:
            yield ".".join(path), meaning, field.default, secret


def fields_of(
    struct: type[Struct], prefix: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], msgspec.structs.FieldInfo]]:
    """(path, field) of every setting; NAME stands for the names of tables of the operator's."""
    for field in msgspec.structs.fields(struct):
        path = (*prefix, field.encode_name)
        inner = field.type
        if isinstance(inner, type) and issubclass(inner, Struct):
            yield from fields_of(inner, path)
        elif field.encode_name in NAMED:
            yield from fields_of(NAMED[field.encode_name], (*path, "NAME"))
        else:
            yield path, field
