"""Hostile texts of our own writing, and what the browser must not have done with them."""

import json
from pathlib import Path

FILE = Path(__file__).parents[1] / "data" / "payloads.jsonl"


def payloads() -> list[str]:
    """All of them."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [str(json.loads(line)["text"]) for line in lines]


AUDIT = """
() => {
  const bad = [];
  if (window.pwned !== undefined) bad.push("a script ran");
  const foreign = "iframe,object,embed,applet,base,frame,frameset,img,image,audio,video,style";
  for (const one of document.querySelectorAll(foreign)) bad.push(one.outerHTML.slice(0, 200));
  for (const one of document.querySelectorAll("script"))
    if (!one.getAttribute("src")?.startsWith("/static/")) bad.push("script");
  const loads = /^(src|action|formaction|data|srcdoc|background|poster|data-(source|live|events))$/;
  for (const one of document.querySelectorAll("*")) {
    for (const { name, value } of one.attributes) {
      const own = "/#?".includes(value[0] ?? "/") && !/^.[/\\\\]/.test(value);
      const out = /^https?:/.test(value) && one.matches("[rel~=external], [rel=canonical]");
      const links = /^(href|xlink:href)$/.test(name);
      if (name.startsWith("on") || (loads.test(name) && !own) || (links && !own && !out))
        bad.push(`${one.localName} ${name}=${value}`);
    }
  }
  return bad;
}
"""
"""Run in a page: what is there that no page of ours has."""
