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

function plain(card) {
  const quotes = [...card.querySelectorAll(".quote")].map((quote) => {
    const source = quote.querySelector(".title");
    return `${quote.querySelector(".words").textContent}\n— ${source.textContent} ${source.href}`;
  });
  const says = card.querySelector(".says")?.innerText ?? "";
  return [says, ...quotes].filter(Boolean).join("\n\n");
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
