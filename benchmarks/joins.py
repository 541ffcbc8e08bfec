"""What it costs that the processes of a server write what is the same once.

    python benchmarks/joins.py [--makings 300]

Two processes' hubs in one process (both ends of each connection are counted), makings of 12 pieces
(a sentence and its citation, six times over). Columns: processor time in microseconds each.

    alone     makings of a hub that is the only one
    leading   the same, with its place taken and let go; nobody else asks
    followed  the same, followed from the other hub: connection, every piece as a line, both ends
    place     a place taken and let go, with so many others held
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path

from dengmi.answer.join import Held, Hub
from dengmi.answer.led import Led
from dengmi.answer.write.writer import Out
from dengmi.core.events import Cited, Text
from dengmi.core.records import Answer, Citation, Claim, Head
from dengmi.server.joining import Joining
from dengmi.server.siblings import Siblings

HEAD = Head(
    pk=1, id="a", desk="d", source_id="s", title="The lantern walk", url="https://a.example"
)
QUOTE = Citation(n=1, head=HEAD, passage_id="p", first=1, last=1, quote="It closes at five. " * 4)
SAID = Text(
    "The walk closes on the seventeenth of the month. [1]", Claim(start=0, end=48, cited=(1,))
)
PIECES: tuple[Out, ...] = (SAID, Cited(QUOTE)) * 6


async def write(told: tuple[Out, ...] = ()) -> AsyncGenerator[Out, None]:
    for piece in PIECES[len(told) :]:
        yield piece
        await asyncio.sleep(0)


async def look() -> Answer | None:
    return None


class Process:
    def __init__(self, folder: Path) -> None:
        self.siblings = Siblings(folder)
        self.joining = Joining(self.siblings)
        self.hub: Hub[Out] = Hub()

    async def open(self) -> None:
        await self.siblings.open()
        await self.joining.open(self.hub)

    async def close(self) -> None:
        await self.siblings.close()
        await self.joining.close()

    def hold(self, key: str) -> Held[Out]:
        led = Led(self.joining, key, self.joining.take(key))
        return self.hub.hold(key, lambda: led.pieces(write, look), led)


async def read(*held: Held[Out]) -> None:
    async def one(each: Held[Out]) -> None:
        assert len([piece async for piece in each.pieces()]) == len(PIECES)
        await each.leave()

    await asyncio.gather(*map(one, held))


async def measured(makings: int, folder: Path) -> None:
    one, other, hub = Process(folder), Process(folder), Hub[Out]()
    await one.open()
    await other.open()
    for round_ in range(3):  # the first one warms up
        began = time.process_time()
        for n in range(makings):
            await read(hub.hold(n, write))
        alone = time.process_time() - began
        began = time.process_time()
        for n in range(makings):
            await read(one.hold(f"l{round_}{n}"))
        leading = time.process_time() - began
        began = time.process_time()
        for n in range(makings):
            await read(one.hold(f"f{round_}{n}"), other.hold(f"f{round_}{n}"))
        followed = time.process_time() - began
    row = [f"{1e6 * each / makings:8.0f}" for each in (alone, leading, followed)]
    print(f"{'alone':>8}{'leading':>9}{'followed':>9}\n{row[0]}{row[1]:>9}{row[2]:>9}")
    for others in (0, 1_000):
        leads = [one.joining.take(f"o{n}") for n in range(others)]
        began = time.process_time()
        for n in range(10_000):
            lead = one.joining.take(f"p{n}")
            assert lead is not None
            lead.free()
        print(f"place, {others} held: {(time.process_time() - began) * 100:.1f}")
        for each in leads:
            assert each is not None
            each.free()
    await one.close()
    await other.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--makings", type=int, default=300)
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; µs of processor time each")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measured(args.makings, Path(folder)))


if __name__ == "__main__":
    main()
