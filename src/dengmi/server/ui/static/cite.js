// The sentence behind a number, in its paragraph: on hover for a while, on a tap until it is closed.

import { pieces } from "./html.js";

const REST = 160; // milliseconds a pointer rests on a number before its sentence is shown
const LEAVE = 300; // and is away before it goes
const kept = new Map();
let sheet = null;
let shown = null; // the number whose sentence is open
let timer = 0;

document.addEventListener("click", async (event) => {
  const ref = event.target.closest(".card a.ref[data-source]");
  if (!ref || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  clearTimeout(timer);
  if (await open(ref)) sheet.focus();
  else location.hash = ref.hash;
});

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const ref = event.target.closest(".card a.ref[data-source]");
  if (ref) {
    clearTimeout(timer);
    look(ref);
    timer = setTimeout(() => open(ref), REST);
  } else if (sheet?.contains(event.target)) clearTimeout(timer);
  else if (shown && !sheet.contains(document.activeElement)) {
    clearTimeout(timer);
    timer = setTimeout(close, LEAVE);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
document.addEventListener("pointerdown", (event) => {
  if (shown && !sheet.contains(event.target) && !event.target.closest("a.ref")) close();
});

function look(ref) {
  const address = ref.dataset.source;
  if (!kept.has(address)) {
    const coming = fetch(address, { headers: { "Accept-Language": document.documentElement.lang } })
      .then((response) => (response.ok ? response.json() : null))
      .catch(() => null);
    kept.set(address, coming);
    coming.then((data) => data ?? kept.delete(address));
    if (kept.size > 60) kept.delete(kept.keys().next().value);
  }
  return kept.get(address);
}

async function open(ref) {
  const data = await look(ref);
  if (!data || !ref.isConnected) return false;
  sheet ??= make();
  sheet.replaceChildren(pieces(data.html));
  sheet.setAttribute("aria-label", data.label);
  shown = ref;
  if (sheet.showPopover) {
    if (!sheet.matches(":popover-open")) sheet.showPopover();
  } else sheet.hidden = false;
  place(ref);
  return true;
}

function make() {
  const made = document.createElement("div");
  made.className = "sheet";
  made.tabIndex = -1;
  made.setAttribute("role", "dialog");
  if ("popover" in made) made.popover = "manual";
  else made.hidden = true;
  made.addEventListener("click", (event) => {
    if (event.target.closest(".shut")) close();
  });
  document.body.append(made);
  return made;
}

// On a phone the style sheet puts it at the lower edge.
function place(ref) {
  sheet.style.removeProperty("left");
  sheet.style.removeProperty("top");
  if (matchMedia("(max-width: 40rem)").matches) return;
  const at = ref.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = sheet;
  const below = at.bottom + 8 + height < innerHeight - 90;
  sheet.style.left = `${Math.max(8, Math.min(at.left - 40, innerWidth - width - 8))}px`;
  sheet.style.top = `${Math.max(8, below ? at.bottom + 8 : at.top - height - 8)}px`;
}

function close() {
  clearTimeout(timer);
  if (!shown) return;
  const back = sheet.contains(document.activeElement) ? shown : null;
  shown = null;
  if (sheet.hidePopover) sheet.hidePopover();
  else sheet.hidden = true;
  back?.focus();
}
