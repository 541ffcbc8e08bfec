// Asks without leaving the page. Everything here also works without it, as a plain form.

import { events } from "./events.js";
import { wireActs } from "./acts.js";
import { follow } from "./later.js";
import { parsed, pieces } from "./html.js";
import "./menus.js";
import "./cite.js";
import "./voice.js";
import "./install.js";

const form = document.getElementById("ask");
const box = form.elements.q;
const send = form.querySelector(".send");
const thread = document.getElementById("thread");
const template = document.getElementById("turn");
const live = document.getElementById("live");
const MOST = 30; // turns on the page: what is older is an address away
let asking = null; // stops the answer that is being given

wireActs(document);
if (thread && "pipeThrough" in ReadableStream.prototype) start();
else submitOnEnter(() => form.requestSubmit());

function start() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(box.value.trim());
  });
  send.addEventListener("click", (event) => {
    if (!asking) return;
    event.preventDefault();
    asking.abort();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) asking?.abort();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".examples a, .followups a, .more a[data-again], .more a[data-edit]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const { again, at, edit } = link.dataset;
    if (edit) reword(edit);
    else ask(again ?? link.textContent.trim(), at);
  });
  submitOnEnter(() => form.requestSubmit());
  box.addEventListener("input", grow);
  afterPaint(ready);
  remember();
  for (const turn of thread.children) follow(turn, better);
}

// While an input method composes, Enter belongs to it (229 is what older browsers report then).
function submitOnEnter(submit) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (box.value.trim() && !asking) submit();
  });
}

// To set the focus lays the page out; it is seen first.
function afterPaint(act) {
  requestAnimationFrame(() => setTimeout(act));
}

function ready() {
  if (document.activeElement === document.body && matchMedia("(pointer: fine)").matches) {
    box.focus({ preventScroll: true });
  }
}

function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}

// The welcome goes, its heading stays for those who listen.
function begin() {
  const welcome = document.querySelector(".welcome");
  const heading = welcome?.querySelector("h1");
  if (!heading) return;
  heading.className = "vh";
  welcome.replaceWith(heading);
}

function reword(words) {
  box.value = words;
  grow();
  box.focus();
}

async function ask(words, at) {
  if (!words || asking) return;
  asking = new AbortController();
  offer("stop");
  await breath();
  begin();
  const turn = open(words);
  box.value = "";
  box.placeholder = form.dataset.next;
  grow();
  try {
    const response = await fetch(form.action.split("#")[0], {
      method: "POST",
      headers: {
        Accept: "text/event-stream",
        "Accept-Language": document.documentElement.lang,
        "Content-Type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams(asked(words, at)),
      signal: asking.signal,
    });
    if (!response.ok) refused(turn, words, await response.json());
    else for await (const event of events(response)) show(turn, event);
    if (turn.querySelector("[aria-busy]")) await lost(turn, words);
  } catch {
    if (asking.signal.aborted) await stopped(turn);
    else await lost(turn, words);
  } finally {
    asking = null;
    offer("send");
    if (matchMedia("(pointer: fine)").matches) box.focus({ preventScroll: true });
  }
}

// Lets the click come to its end first: together with what it leads to it would be one long task.
function breath() {
  return globalThis.scheduler?.yield?.() ?? new Promise((go) => setTimeout(go));
}

// What the round button does now.
function offer(act) {
  send.dataset.does = act;
  send.setAttribute("aria-label", act === "stop" ? form.dataset.stop : form.dataset.send);
}

function asked(words, at) {
  const pairs = { q: words };
  if (at) pairs.at = at;
  if (form.elements.c) pairs.c = form.elements.c.value;
  const deep = form.querySelector(".depth [type=checkbox]");
  if (deep) pairs.level = deep.checked ? "deep" : "auto";
  return pairs;
}

function open(words) {
  const turn = template.content.firstElementChild.cloneNode(true);
  turn.querySelector(".asked span").textContent = words;
  document.getElementById("last")?.removeAttribute("id");
  turn.id = "last";
  turn.classList.add("here");
  thread.querySelector(".here:not(#last)")?.classList.remove("here");
  live.replaceChildren();
  thread.append(turn);
  trim();
  // With the next frame, which lays the page out anyway.
  requestAnimationFrame(() => turn.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" }));
  return turn;
}

// A page that is asked all day does not grow: the oldest turns make way for a link to them.
function trim() {
  while (thread.children.length > MOST) thread.firstElementChild.remove();
  const ids = form.querySelectorAll("[name=a]");
  for (let n = 0; n < ids.length - 20; n += 1) ids[n].remove();
  if (thread.children.length < MOST || !thread.dataset.earlier || !form.elements.c) return;
  if (thread.previousElementSibling?.matches(".earlier")) return;
  const link = document.createElement("a");
  link.className = "earlier";
  link.href = `/c/${encodeURIComponent(form.elements.c.value)}`;
  link.textContent = thread.dataset.earlier;
  thread.before(link);
}

function show(turn, { name, data }) {
  const card = turn.querySelector(".card");
  const quotes = card.querySelector(".quotes");
  if (name === "found") {
    card.querySelector(".level").textContent = data.level;
    turn.dataset.question = data.question;
    quotes.replaceChildren(pieces(data.html));
  } else if (name === "thinking") think(card, data.text);
  else if (name === "text" && data.html) write(card, quotes, data);
  else if (name === "citation") quotes?.append(pieces(data.html));
  else if (name === "notice") turn.querySelector(".asked").after(notice(data.text));
  else if (name === "done" || name === "failed") {
    if (data.wait) quiet(turn);
    replace(turn, data.html);
    say(turn, data);
    if (data.id) keep(data.id);
    follow(turn, better);
  }
}

// A screen reader has heard the sentences as they came; the end is only said to be there.
function say(turn, data) {
  const line = document.createElement("p");
  line.textContent = "heard" in turn.dataset && data.told ? data.told : data.heard;
  live.append(line);
}

// The better answer takes the place of the quotes, in the address too.
function better(turn, data) {
  const old = turn.querySelector(".card").id;
  quiet(turn);
  replace(turn, data.html);
  live.textContent = data.heard;
  for (const input of form.querySelectorAll("[name=a]")) if (input.value === old) input.value = data.id;
  remember();
}

function think(card, text) {
  const box = card.querySelector(".thinking");
  box.dataset.since ||= performance.now();
  box.hidden = false;
  box.lastElementChild.append(text);
}

// Thinking stays folded, with how long it took, and is no part of the answer.
function thought(card) {
  const box = card.querySelector(".thinking:not([hidden])");
  if (box?.dataset.since) {
    const seconds = ((performance.now() - box.dataset.since) / 1000).toFixed(1);
    box.firstElementChild.textContent = template.dataset.thought.replace("#", seconds);
    delete box.dataset.since;
  }
  return box;
}

function replace(turn, html) {
  replaceBy(turn, pieces(html));
}

function replaceBy(turn, made) {
  const card = turn.querySelector(".card");
  const box = thought(card);
  card.replaceWith(made);
  if (box) turn.querySelector(".card .meta").after(box);
  wireActs(turn);
}

// The first sentence takes the place of the quotes that stood there while the model began.
function write(card, quotes, { html, gap, block, heard }) {
  const says = card.querySelector(".says");
  if (says.hidden) {
    thought(card);
    card.style.minHeight = `${card.offsetHeight}px`; // so that nothing below moves up
    says.hidden = false;
    quotes.replaceChildren(); // those that are cited come as the text grows, and are shown at the end
    quotes.hidden = true;
  }
  const piece = pieces(html);
  const line = document.createElement("p");
  line.textContent = heard ?? piece.textContent;
  live.append(line);
  card.parentElement.dataset.heard = "";
  const last = says.lastElementChild;
  if (block === "again") last.replaceWith(piece); // a list, a table, code: with what came to it
  else if (block) says.append(piece);
  else {
    if (gap || last?.localName !== "p") says.append(document.createElement("p"));
    says.lastElementChild.append(piece);
  }
}

// Why there is no better answer yet is of no more interest than that one is on its way.
function quiet(turn) {
  for (const line of turn.querySelectorAll(":scope > .notice")) line.remove();
}

function notice(words) {
  const line = document.createElement("p");
  line.className = "notice";
  line.textContent = words;
  return line;
}

// The connection broke off: the answer is written on, and is fetched when it is there.
async function lost(turn, words) {
  const question = turn.dataset.question;
  const kept = question && (await stored(question, 90_000, () => asking.signal.aborted));
  if (!kept) return fail(turn, words, template.dataset.offline);
  replaceBy(turn, kept);
  live.textContent = kept.querySelector(".says, .quotes")?.textContent ?? "";
  keep(kept.id);
  follow(turn, better);
}

// Whoever stops keeps what stands there; the quotes are the answer that is kept.
async function stopped(turn) {
  const card = turn.querySelector(".card");
  card.classList.remove("waiting");
  card.removeAttribute("aria-busy");
  card.querySelector(".level").classList.remove("breathe");
  card.querySelector(".quotes").hidden = false;
  thought(card);
  turn.querySelector(".asked").after(notice(template.dataset.stopped));
  const question = turn.dataset.question;
  if (question) await fetch(`/a/${question}/stop`, { method: "POST" }).catch(() => {});
  const kept = question && (await stored(question, 3_000));
  if (!kept) return;
  if (card.querySelector(".says").hidden) replaceBy(turn, kept);
  keep(kept.id);
}

// The card of an answer that is stored soon; null where that takes longer than `patience`.
async function stored(question, patience, over = () => false) {
  const end = performance.now() + patience;
  for (let wait = 100; performance.now() < end && !over(); wait = Math.min(2 * wait, 3_000)) {
    await new Promise((go) => setTimeout(go, wait));
    try {
      const response = await fetch(`/a/${question}`);
      const card = response.ok && parsed(await response.text()).querySelector(".card:not(.waiting)");
      if (card) return card;
    } catch {
      // No connection yet: the next time, perhaps.
    }
  }
  return null;
}

function refused(turn, words, problem) {
  fail(turn, words, problem.detail, problem.status === 429 ? problem.title : undefined);
}

function fail(turn, words, reason, heading = template.dataset.failed) {
  const card = turn.querySelector(".card");
  card.className = "card none";
  card.removeAttribute("aria-busy");
  card.setAttribute("role", "alert");
  const level = card.querySelector(".level");
  level.textContent = heading;
  level.classList.remove("breathe");
  const line = document.createElement("p");
  line.className = "says";
  line.textContent = reason;
  card.querySelector(".quotes").replaceWith(line);
  if (!box.value) box.value = words;
}

// The address always names the answers shown, so that reload, back and sharing just work.
function keep(id) {
  const hidden = document.createElement("input");
  Object.assign(hidden, { type: "hidden", name: "a", value: id });
  box.before(hidden);
  remember();
}

function remember() {
  const ids = [...form.querySelectorAll("[name=a]")].map((input) => input.value).slice(-20);
  if (!ids.length || /^\/[ac]\//.test(location.pathname)) return;
  const query = new URLSearchParams(ids.map((id) => ["a", id]));
  history.replaceState(null, "", `${location.pathname}?${query}${location.hash}`);
}

function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
