"""Settings that operators change over dengmi.toml: checked as it is, and seen by who holds them."""

import pytest

from dengmi.core.charges import Charge
from dengmi.core.clock import SystemClock
from dengmi.core.edits import Edit
from dengmi.gate.open import limits_of
from dengmi.settings.live import Live, Made, Those
from dengmi.settings.load import load_settings
from dengmi.settings.overlay import EDITABLE, applied, value_of
from dengmi.settings.tuned import Tuned

TOML = """
[models.flash]
kind = "openai"
model = "x"
base_url = "http://127.0.0.1:1"
api_key = "hush-hush"

[levels]
quick = ["flash"]

[desks.walks]
voice = "Short."
daily_budget = "¥5"

[plans.club]
questions = 3
askers = ["web:ann"]
"""


@pytest.fixture
def written(tmp_path):
    return load_settings(tmp_path, {}, TOML)


def edit(path: str, value: object) -> Edit:
    table, *name, key = path.split(".")
    return Edit(table=table, name=".".join(name), key=key, value=value)


def test_edits_take_the_place_of_what_is_written(written) -> None:
    edits = [
        edit("desks.walks.voice", "Long."),
        edit("desks.walks.examples", ["When?", "Where?"]),
        edit("desks.new.keep_days", "30"),
        edit("plans.club.questions", None),
        edit("plans.visitor.money", "¥1"),
        edit("levels.deep", ["flash"]),
    ]
    made = applied(written, edits)
    assert not made.refused
    assert made.settings.desks["walks"].voice == "Long."
    assert made.settings.desks["walks"].daily_budget == "¥5"
    assert made.settings.desks["walks"].examples == ("When?", "Where?")
    assert made.settings.desks["new"].keep_days == 30
    assert made.settings.plans["club"].questions is None
    assert made.settings.plans["club"].askers == ("web:ann",)
    assert made.settings.levels.deep == made.settings.levels.quick == ("flash",)
    assert value_of(written, edits[0]) == "Short."
    assert value_of(written, edits[2]) == 0


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("desks.walks.voice", "x" * 4001, "setting_too_long"),
        ("desks.walks.check", "never", "setting_not_offered"),
        ("desks.walks.keep_days", "soon", "setting_not_whole"),
        ("desks.walks.keep_days", -1, "setting_out_of_range"),
        ("desks.walks.daily_budget", "much", "setting_not_money"),
        ("desks.walks.daily_budget", "5 XYZ", "setting_rate_missing"),
        ("desks.walks.time_zone", "Mars/Olympus", "setting_not_zone"),
        ("desks.walks.origins", ["no site"], "setting_not_site"),
        ("desks.walks.share", "perhaps", "setting_not_switch"),
        ("plans.other.questions", 1, "setting_plan_unknown"),
        ("plans.club.askers", ["web:eve"], "setting_not_here"),
        ("levels.quick", ["none"], "setting_model_unknown"),
        ("levels.judge", "none", "setting_model_unknown"),
        ("models.flash.api_key", "other", "setting_not_here"),
        ("models.flash.base_url", "http://evil.example", "setting_not_here"),
        ("server.admin_token", "x", "setting_not_here"),
        ("keys.app.key", "x", "setting_not_here"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_the_option_table_refuses_changes_nothing(written, path, value, code) -> None:
    kept = edit("desks.walks.title", "Walks")
    made = applied(written, [edit(path, value), kept])
    assert {where: why.code for where, why in made.refused.items()} == {path: code}
    assert made.settings == applied(written, [kept]).settings


def test_nothing_secret_may_be_changed() -> None:
    from dengmi.settings.masked import meaning_of
    from dengmi.settings.options import NAMED, LevelSettings

    for table, (kind, keys) in EDITABLE.items():
        assert kind in (NAMED.get(table), LevelSettings)
        for field in kind.__struct_fields__:
            secret = meaning_of(kind.__annotations__[field])[1]
            assert not (secret and field in keys)


def test_whoever_holds_the_settings_sees_what_is_set_later(written) -> None:
    tuned = Tuned(written)
    settings = tuned.settings
    limits = limits_of(settings, SystemClock())
    private = Those(settings.desks, lambda desk: not desk.public)
    voices = Made(settings.desks, lambda name, desk: f"{name}: {desk.voice}")
    charge = Charge(id="c", question_id="q", desk="walks", level="quick", payer="web:bob", at=1e9)
    assert limits.budgets(1e9)[0][1].most == 5_000_000
    assert (len(limits.spans(charge)), voices["walks"], list(private)) == (1, "walks: Short.", [])
    edits = [
        edit("desks.walks.voice", "Long."),
        edit("desks.walks.public", False),
        edit("desks.walks.daily_budget", "¥7"),
        edit("plans.visitor.questions", 1),
        edit("levels.quick", []),
    ]
    assert tuned.take(edits)
    assert not tuned.take(edits)
    assert limits.budgets(1e9)[0][1].most == 7_000_000
    assert len(limits.spans(charge)) == 2
    assert (voices["walks"], list(private), "walks" in private) == (
        "walks: Long.", ["walks"], True,
    )  # fmt: skip
    assert tuned.settings.levels.quick == Tuned(written, edits).settings.levels.quick == ()
    assert "hush-hush" not in repr(settings)
    assert tuned.take(())
    assert (voices["walks"], list(private), dict(settings.desks)) == (
        "walks: Short.", [], dict(written.desks),
    )  # fmt: skip


def test_a_live_table_is_what_it_became() -> None:
    table = Live({"a": 1})
    table.become({"b": 2, "c": 3})
    assert (dict(table), len(table), table.get("a"), repr(table)) == (
        {"b": 2, "c": 3}, 2, None, "{'b': 2, 'c': 3}",
    )  # fmt: skip
