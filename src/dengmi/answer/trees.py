"""Small boosted decision trees, evaluated in plain Python or, for those that come with Dengmi, in
Python code made from them: a third of the time.

The trees are made by `benchmarks/train_quote.py` and kept as data: a node is
`[number, threshold, left, right]` (left when the number is at most the threshold), a leaf is its
value.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

Node = Any
"""A float, or a tuple (number's place, threshold, left node, right node)."""


class Trees(NamedTuple):
    """Trees to be added up, over numbers with these names."""

    names: tuple[str, ...]
    nodes: tuple[Node, ...]

    def add(self, numbers: Sequence[float], first: int = 0, last: int | None = None) -> float:
        """The sum of trees `first` up to, not including, `last` for these numbers."""
        value = 0.0
        for root in self.nodes[first:last]:
            node = root
            while type(node) is tuple:
                node = node[2] if numbers[node[0]] <= node[1] else node[3]
            value += node
        return value


def from_data(data: Mapping[str, Any]) -> Trees:
    """The trees of a mapping {"names": […], "trees": […]} as it stands in the file."""
    return Trees(tuple(data["names"]), tuple(_frozen(node) for node in data["trees"]))


@cache
def trained(name: str) -> Trees:
    """The trees of that name in `quote.json`."""
    data = json.loads(files(__package__).joinpath("quote.json").read_text("utf-8"))
    return from_data(data[name])


@cache
def adder(name: str, first: int = 0, last: int | None = None) -> Callable[[Sequence[float]], float]:
    """A function that does what `trained(name).add(numbers, first, last)` does, but quicker.

    Making it takes about 10 ms.
    """
    return quick(trained(name), first, last)


def quick(
    trees: Trees, first: int = 0, last: int | None = None
) -> Callable[[Sequence[float]], float]:
    """A function that does what `trees.add(numbers, first, last)` does, in a third of the time. It
    is made of nothing but the numbers in a shipped file."""
    lines = [f"    value += {_code(root)}" for root in trees.nodes[first:last]]
    taken = ", ".join(f"n{place}" for place in range(len(trees.names)))
    head = ("def add(numbers):", f"    {taken}, = numbers", "    value = 0.0")
    made: dict[str, Callable[[Sequence[float]], float]] = {}
    exec("\n".join((*head, *lines, "    return value")), made)  # noqa: S102 - see above
    return made["add"]


def _code(node: Node) -> str:
    if not isinstance(node, tuple):
        return repr(float(node))
    place, threshold, left, right = node
    return f"({_code(left)} if n{int(place)} <= {float(threshold)!r} else {_code(right)})"


def _frozen(node: Any) -> Node:
    if isinstance(node, list):
        return (int(node[0]), float(node[1]), _frozen(node[2]), _frozen(node[3]))
    return float(node)
