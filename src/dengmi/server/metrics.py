"""Counts what happens, and shows it in the form Prometheus reads.

Counting is a few dictionary steps on the hot path; the Prometheus client is imported by the first
scrape only.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dengmi.core.records import Answer
from dengmi.server.follow import Follower

if TYPE_CHECKING:
    from prometheus_client.core import Metric

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends in seconds of the latency histogram."""


class Metrics:
    """The server's counters since it started."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()
        self._answers: Counter[tuple[str, bool]] = Counter()

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests[route, method, status] += 1
        counts = self._buckets.setdefault(route, [0] * (len(BUCKETS) + 1))
        counts[bisect_left(BUCKETS, seconds)] += 1
        self._seconds[route] += seconds  # type: ignore[assignment]

    def answer(self, answer: Answer) -> None:
        """Count one answer."""
        self._answers[answer.level, answer.grounded] += 1

    def collect(self) -> "Iterator[Metric]":
        """The metrics, for a Prometheus registry."""
        from prometheus_client.core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        requests = CounterMetricFamily(
            "dengmi_requests", "HTTP requests", labels=("route", "method", "status")
        )
        for (route, method, status), count in sorted(self._requests.items()):
            requests.add_metric((route, method, str(status)), count)
        yield requests
        latency = HistogramMetricFamily(
            "dengmi_request_seconds", "Time to the end of the response", labels=("route",)
        )
        for route, counts in sorted(self._buckets.items()):
            latency.add_metric((route,), _cumulative(counts), self._seconds[route])
        yield latency
        answers = CounterMetricFamily("dengmi_answers", "Answers", labels=("level", "grounded"))
        for (level, grounded), count in sorted(self._answers.items()):
            answers.add_metric((level, str(grounded).lower()), count)
        yield answers
        lag = max(0, self._follower.store_seq - max(0, self._follower.index_seq))
        yield GaugeMetricFamily("dengmi_index_lag", "Changes the index is behind", value=lag)
        yield GaugeMetricFamily(
            "dengmi_store_change", "Newest change of the store", value=self._follower.store_seq
        )

    def text(self) -> bytes:
        """Everything in the text format, with the process's own memory and time. Blocks."""
        from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(self)
        return generate_latest(registry)


def _cumulative(counts: list[int]) -> list[tuple[str, float]]:
    total = 0
    rows: list[tuple[str, float]] = []
    for end, count in zip((*map(str, BUCKETS), "+Inf"), counts, strict=True):
        total += count
        rows.append((end, total))
    return rows
