"""How light and how calm the asker's page is, measured in Chromium on a server of its own.

    python benchmarks/page.py [--answers N] [--runs N] [--phone]

Prints each measure with its target: first paint with the processor slowed down four times and
nothing kept, beside the same of a few lines of plain text from the same server in turn (what the
browser itself takes on this machine), bytes of the first visit, layout shift and long tasks while
an answer of 2,000 tokens streams in, and memory over N answers in one page. Needs Playwright and a
Chromium ($CHROMIUM, or `chromium` on the path).
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright

from dengmi.language.tokens import estimate_tokens

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "docs" / "guide" / "en"
TOKENS = 2_000
SLOWER = 4
SETTINGS = """
[models.script]
kind = "scripted"
model = "script.toml"

[levels]
quick = ["script"]

[writing]
reuse = false
quick_tokens = 4000

[limits]
address_rate = 0
"""
WATCH = """
window.seen = { shift: 0, tasks: [], frames: 0 };
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.seen.shift += one.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.seen.tasks.push(one.duration);
}).observe({ type: "longtask", buffered: true });
"""
FLOOR = "/robots.txt"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--answers", type=int, default=100, help="answers asked in one page")
    parser.add_argument("--runs", type=int, default=15, help="first visits")
    parser.add_argument("--phone", action="store_true", help="390 pixels wide, not 1280")
    args = parser.parse_args()
    size = {"width": 390, "height": 844} if args.phone else {"width": 1280, "height": 860}
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as address,
        sync_playwright() as player,
    ):
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = player.chromium.launch(executable_path=path, args=options)
        print(f"{'measure':<62}{'value':>10}{'target':>10}")
        first_paint(browser, address, size, args.runs)
        weight(browser, address, size)
        streaming(browser, address, size)
        memory(browser, address, size, args.answers)
        browser.close()


def row(name: str, value: str, target: str) -> None:
    print(f"{name:<62}{value:>10}{target:>10}", flush=True)


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """A server over the guide whose model says a long answer."""
    home = root / "home"
    home.mkdir()
    (home / "dengmi.toml").write_text(SETTINGS, encoding="utf-8")
    (home / "script.toml").write_text(script(), encoding="utf-8")
    environ = {**os.environ, "DENGMI_HOME": str(home)}
    command = [sys.executable, "-m", "dengmi"]
    add = [*command, "add", str(GUIDE), "--desk", "guide"]
    subprocess.run(add, env=environ, check=True, capture_output=True)
    serve = [*command, "serve", "--port", "0"]
    with subprocess.Popen(serve, env=environ, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split(" at ")[1].split()[0]
        finally:
            server.terminate()
            server.wait(20)


def script() -> str:
    """A model that says 2,000 tokens of the guide's own sentences, cited."""
    lines = [
        line
        for page in sorted(GUIDE.glob("*.md"))
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.endswith(".") and not line.startswith(("#", "-", "|", "date:", "title:"))
    ]
    said: list[str] = []
    while estimate_tokens(" ".join(said)) < TOKENS:
        number = len(said) + 1
        gap = "\n\n" if number % 5 == 0 else ""
        said.append(f"{lines[number * 3 % len(lines)][:-1]} [{1 + number % 3}.1].{gap}")
    text = json.dumps(" ".join(said))
    return f'[[answer]]\nmatch = "everything"\ntext = {text}\nfirst = 0.3\nper_second = 400\n'


def fresh(browser: Browser, size: dict[str, int]) -> Page:
    """A page of a browser that was never here."""
    page = browser.new_context(viewport=size, locale="en-GB").new_page()  # type: ignore[arg-type]
    page.add_init_script(WATCH)
    return page


def weigh(came: list[float], one: dict[str, float]) -> None:
    """Note the bytes that a request took on the wire."""
    came.append(one["encodedDataLength"])


def first_paint(browser: Browser, address: str, size: dict[str, int], runs: int) -> None:
    """The page and plain text in turn, so that both meet the machine in the same state."""
    taken: dict[str, list[float]] = {"": [], FLOOR: []}
    for _ in range(runs):
        for path, times in taken.items():
            context = browser.new_context(viewport=size, locale="en-GB")  # type: ignore[arg-type]
            page = context.new_page()
            session = context.new_cdp_session(page)
            session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            page.goto(address + path, wait_until="networkidle")
            times.append(page.wait_for_function(PAINT).json_value())
            context.close()
    name = f"first paint, processor {SLOWER}× slower"
    for label, times, target in (
        (f"{name}, median of {runs}", taken[""], "500 ms"),
        (f"{name}: a few lines of text", taken[FLOOR], "–"),
    ):
        row(label, f"{statistics.median(times):.0f} ms", target)
    quick = statistics.quantiles(taken[""], n=4)[0] if runs > 1 else taken[""][0]
    row(f"{name}: quickest quarter", f"{quick:.0f} ms", "–")


def weight(browser: Browser, address: str, size: dict[str, int]) -> None:
    page = fresh(browser, size)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    came: list[float] = []
    session.on("Network.loadingFinished", partial(weigh, came))
    page.goto(address, wait_until="networkidle")
    row(f"bytes of the first visit ({len(came)} requests)", f"{sum(came) / 1000:.0f} KB", "120 KB")
    page.context.close()


def streaming(browser: Browser, address: str, size: dict[str, int]) -> None:
    for slower in (1, SLOWER):
        page = fresh(browser, size)
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.goto(address)
        seen = watched(page, "How does everything work, from adding files to follow-up questions?")
        longest = max(seen["tasks"], default=0)
        name = f"streaming {TOKENS:,} tokens, processor {slower}×"
        row(f"{name}: layout shift", f"{seen['shift']:.4f}", "0.02")
        told = f"{longest:.0f} ms" if longest else "none"
        row(f"{name}: longest task over 50 ms", told, "none" if slower == 1 else "–")
        page.context.close()


def watched(page: Page, question: str) -> dict[str, Any]:
    """What a page sees while it asks. Between the click and the end of the stream nothing of the
    measuring runs in the page: looking for elements there makes long tasks of its own."""
    page.locator("textarea").fill(question)
    box = page.locator(".send").bounding_box()
    assert box is not None
    page.evaluate("window.seen.tasks.length = 0")  # the start of the page is not the stream
    page.wait_for_timeout(500)
    ended: list[str] = []
    for name in ("requestfinished", "requestfailed"):  # a stream that was read may be either
        page.on(name, lambda request: ended.append(request.method))
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(600):
        if "POST" in ended:
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(1_000)
    seen: dict[str, Any] = page.evaluate("window.seen")
    expect(page.locator(".turn:last-child .card:not(.waiting)")).to_be_visible()
    return seen


def memory(browser: Browser, address: str, size: dict[str, int], answers: int) -> None:
    page = fresh(browser, size)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    page.goto(address)
    questions = [f"What does Dengmi say about {word}?" for word in words(answers)]
    begin = max(1, answers * 4 // 10)
    for number, question in enumerate(questions, 1):
        ask(page, question, min(number, 30))
        if number == begin:
            before = heap(session)
    after = heap(session)
    row(f"heap after {begin} answers", f"{before / 1e6:.2f} MB", "–")
    row(f"heap after {answers} answers", f"{after / 1e6:.2f} MB", f"{before * 1.1 / 1e6:.2f} MB")
    page.context.close()


def words(count: int) -> list[str]:
    """Different things to ask about."""
    found = sorted({w for p in GUIDE.glob("*.md") for w in p.read_text().split() if w.isalpha()})
    return [found[n * len(found) // count] for n in range(count)]


def heap(session: CDPSession) -> float:
    """Bytes of JavaScript's memory that are in use once rubbish is collected."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    rows = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in rows if one["name"] == "JSHeapUsedSize"))


def ask(page: Page, question: str, turns: int) -> None:
    page.locator("textarea").fill(question)
    page.locator(".send").click()
    expect(page.locator(".turn").last.locator(".asked")).to_have_text(question)
    done = page.locator(".turn:last-child .card:not(.waiting)")
    expect(done).to_be_visible(timeout=60_000)
    assert page.locator("#thread .turn").count() <= turns


if __name__ == "__main__":
    main()
