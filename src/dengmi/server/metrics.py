"""What was counted, in the form Prometheus reads. The Prometheus client is imported by the first
scrape only; counting itself is in `core.counts`."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from dengmi.core.counts import EDGES, Times
from dengmi.gate.uses import Use
from dengmi.server.shown import Facts, Whole

if TYPE_CHECKING:
    from prometheus_client.core import Metric

BUCKETS = (
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0),
)
"""Upper ends in seconds of the buckets that are shown; each is one of `counts.EDGES`."""

MICRO = 1e-6

COUNTERS: tuple[tuple[str, str, str, tuple[str, ...], float], ...] = (
    ("requests", "requests", "HTTP requests", ("route", "method", "status"), 1),
    ("arrivals", "arrivals", "Questions by the level they ask for", ("level",), 1),
    ("granted", "granted", "Questions that got the level they ask for", ("level",), 1),
    ("lowered", "lowered", "Questions that got a lower level", ("level", "cause"), 1),
    ("failed", "failed", "Questions that got no answer", ("level", "code"), 1),
    ("left", "left", "Questions whose asker left before the end", ("level",), 1),
    ("pending", "pending", "Questions that wait for a better answer", ("level",), 1),
    ("late", "late", "Better answers that came later", ("level",), 1),
    ("answers", "answers", "Answers by the level they have", ("level", "grounded"), 1),
    ("shared", "shared", "Answers reused or joined", ("level", "way"), 1),
    ("calls", "model_calls", "Calls of models", ("level", "model", "purpose"), 1),
    ("tokens", "tokens", "Tokens; output includes reasoning", ("level", "model", "kind"), 1),
    ("micros", "spent", "Money that calls cost", ("level", "model", "currency"), MICRO),
    ("saved", "saved", "Money that sharing saved", ("level", "way", "currency"), MICRO),
)
"""Name in the counts, name shown, meaning, labels, and what one is."""

HISTOGRAMS = (
    ("request", "request_seconds", "Time to the end of the response", ("route",)),
    ("search", "search_seconds", "Time of a search", ()),
    ("first_reply", "first_reply_seconds", "Time until there is something to read", ("level",)),
    ("first_token", "first_token_seconds", "Time until a model's first words", ("level",)),
    ("duration", "answer_seconds", "Time until the answer is complete", ("level",)),
)

GAUGES = (
    ("running", "running", "Questions under way by the level they ask for", ("level",)),
    ("waiting", "waiting", "Those of them whose answer has not begun", ("level",)),
    ("searches", "searches", "Searches under way", ()),
)


def text(whole: Whole, budgets: Sequence[Use] = ()) -> bytes:
    """A server in the text format, with the memory and time of its processes. Blocks."""
    from prometheus_client import CollectorRegistry, generate_latest

    class Once:
        def collect(self) -> "Iterator[Metric]":
            yield from _counted(whole)
            yield from _present(whole)
            yield from _budgets(budgets)
            yield from _processes(whole)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Once())
    return generate_latest(registry)


def _counted(whole: Whole) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

    for name, shown, meaning, labels, unit in COUNTERS:
        counter = CounterMetricFamily(f"dengmi_{shown}", meaning, labels=labels)
        for key, value in sorted(whole.counted.counts.items()):
            if key[0] == name:
                counter.add_metric(key[1:], value * unit)
        yield counter
    for name, shown, meaning, labels in HISTOGRAMS:
        histogram = HistogramMetricFamily(f"dengmi_{shown}", meaning, labels=labels)
        for key, times in sorted(whole.counted.times.items(), key=lambda pair: pair[0]):
            if key[0] == name:
                histogram.add_metric(key[1:], cumulative(times), times.seconds)
        yield histogram


def _present(whole: Whole) -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily

    for name, shown, meaning, labels in GAUGES:
        gauge = GaugeMetricFamily(f"dengmi_{shown}", meaning, labels=labels)
        for key, value in sorted(whole.counted.now.items()):
            if key[0] == name:
                gauge.add_metric(key[1:], value)
        if not labels and not gauge.samples:
            gauge.add_metric((), 0)
        yield gauge
    yield from _told("model", whole.models)
    yield from _told("gate", whole.gates, "level")
    for watched, facts in whole.facts.items():
        for name, value in facts.items():
            if isinstance(value, int | float):
                meaning = f"What is told of {watched}: {name}"
                yield GaugeMetricFamily(f"dengmi_{watched}_{name}", meaning, value=float(value))
    lag, newest = whole.index_lag, whole.store_seq
    yield GaugeMetricFamily("dengmi_index_lag", "Changes the index is behind", value=lag)
    yield GaugeMetricFamily("dengmi_store_change", "Newest change of the store", value=newest)
    yield GaugeMetricFamily("dengmi_workers", "Processes that answer", value=len(whole.pids))


def _budgets(budgets: Sequence[Use]) -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily

    labels = ("desk", "currency")
    used = GaugeMetricFamily("dengmi_budget_used", "Money of today that is used", labels=labels)
    most = GaugeMetricFamily("dengmi_budget_most", "Budget of today", labels=labels)
    for use in budgets:
        used.add_metric((use.desk, use.currency), use.used * MICRO)
        most.add_metric((use.desk, use.currency), use.most * MICRO)
    yield from (used, most)


def _told(of: str, table: Mapping[str, Facts], label: str = "") -> "Iterator[Metric]":
    """What the gate tells of its models or levels: numbers as they are, and 1 for each word that
    is true."""
    from prometheus_client.core import GaugeMetricFamily

    label = label or of
    found: dict[str, GaugeMetricFamily] = {}
    for row, facts in table.items():
        for name, value in facts.items():
            if not isinstance(value, int | float | str) or value == "":
                continue
            labels, where, number = [label], [row], 1.0
            if isinstance(value, str):
                labels, where = [label, name], [row, value]
            else:
                number = float(value)
            meaning = f"What the gate tells: {name.replace('_', ' ')}"
            family = found.setdefault(
                name, GaugeMetricFamily(f"dengmi_{of}_{name}", meaning, labels=labels)
            )
            family.add_metric(where, number)
    yield from found.values()


def _processes(whole: Whole) -> "Iterator[Metric]":
    """The usual metrics of a process, added up over those that live; their time over those too
    that are gone."""
    from prometheus_client import ProcessCollector
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    found: dict[str, Any] = {}
    for pid in whole.pids:
        for family in ProcessCollector(pid=partial(int, pid), registry=None).collect():
            if family.type == "gauge":
                values = found.setdefault(family.name, (family.documentation, []))[1]
                values.extend(sample.value for sample in family.samples)
    for name, (meaning, values) in found.items():
        together = min if name.endswith("start_time_seconds") else sum
        yield GaugeMetricFamily(name, meaning, value=together(values))
    yield CounterMetricFamily(
        "process_cpu_seconds_total",
        "Total user and system CPU time spent in seconds.",
        value=whole.counted.counts.get(("cpu",), 0.0),
    )


def cumulative(times: Times) -> list[tuple[str, float]]:
    """How often something took at most so long, for each bucket that is shown."""
    rows: list[tuple[str, float]] = []
    total, at = 0, 0
    for end in BUCKETS:
        upto = EDGES.index(end) + 1
        total += sum(times.buckets[at:upto])
        at = upto
        rows.append((str(end), total))
    return [*rows, ("+Inf", times.count)]
