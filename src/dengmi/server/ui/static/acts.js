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
  const blocks = [...copy.children].flatMap((one) => (/^[UO]L$/.test(one.tagName) ? [...one.children] : one));
  return blocks.map((one) => (one.tagName === "LI" ? `- ${one.textContent}` : one.textContent)).join("\n");
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
