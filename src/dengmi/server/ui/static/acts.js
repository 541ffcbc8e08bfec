// Copy and share on answer cards. The buttons are shown only where they can work.

export function wireActs(root) {
  for (const card of root.querySelectorAll(".card")) {
    for (const button of card.querySelectorAll("[data-act]:not([data-wired])")) {
      const act = { copy, share }[button.dataset.act];
      button.dataset.wired = "";
      button.hidden = false;
      button.addEventListener("click", () => act(card));
    }
  }
}

async function copy(card) {
  if (await put(plain(card))) tell(card);
}

async function share(card) {
  const url = card.querySelector(".self").href;
  const title = card.parentElement.querySelector(".asked")?.textContent ?? document.title;
  if (navigator.share) {
    try {
      await navigator.share({ title, url });
      return;
    } catch (error) {
      if (error.name === "AbortError") return;
    }
  }
  if (await put(url)) tell(card);
}

// The answer as text: numbers in brackets, then what they cite and where that stands.
function plain(card) {
  const written = card.querySelector(".says.prose");
  const quotes = [...card.querySelectorAll(".quote")].map((quote) => {
    const source = quote.querySelector(".title");
    const lead = written ? `[${quote.querySelector(".n").textContent}] ` : "";
    const original = quote.querySelector(".out")?.href ?? source.href;
    return `${lead}${quote.querySelector(".words").textContent}\n— ${source.textContent} ${original}`;
  });
  return [written ? wordsOf(written) : card.querySelector(".says")?.innerText, ...quotes]
    .filter(Boolean)
    .join("\n\n");
}

function wordsOf(written) {
  const copy = written.cloneNode(true);
  for (const ref of copy.querySelectorAll(".ref")) ref.textContent = ` [${ref.textContent}]`;
  for (const note of copy.querySelectorAll(".verdict")) note.textContent = ` (${note.textContent})`;
  return [...copy.children].map((one) => wordsIn(one)).join("\n");
}

// Lists keep their marks, tables their bars, so that both can be read where there is only text.
function wordsIn(block, inset = "") {
  if (/^[UO]L$/.test(block.tagName)) {
    return [...block.children].map((item) => wordsOfItem(item, inset)).join("\n");
  }
  const rows = [...block.querySelectorAll("tr")];
  if (!rows.length) return block.textContent;
  const lines = rows.map((row) => `| ${[...row.cells].map((cell) => cell.textContent.trim()).join(" | ")} |`);
  if (rows[0].querySelector("th")) lines.splice(1, 0, `|${" --- |".repeat(rows[0].cells.length)}`);
  return lines.join("\n");
}

function wordsOfItem(item, inset) {
  const inner = [...item.querySelectorAll(":scope > ul, :scope > ol")];
  const own = [...item.childNodes].filter((node) => !inner.includes(node)).map((node) => node.textContent);
  const mark = item.parentElement.tagName === "OL" ? `${item.value}.` : "-";
  const lines = inner.map((list) => wordsIn(list, `${inset}  `));
  return [`${inset}${mark} ${own.join("").trim()}`, ...lines].join("\n");
}

// The clipboard exists on secure pages only; elsewhere a selected text field still copies.
async function put(words) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(words);
      return true;
    } catch {
      // Fall through to the older way.
    }
  }
  const field = document.createElement("textarea");
  field.value = words;
  field.className = "vh";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

function tell(card) {
  const place = card.querySelector(".told");
  place.textContent = place.dataset.copied;
  setTimeout(() => (place.textContent = ""), 2000);
}
