// Answers at their own address: the rest of one that is still being written, and its picture,
// handed to other apps where the system can.

import { wireActs } from "./acts.js";

const card = document.querySelector("[data-live]");
if (card) listen(card);
wirePicture(document);

function listen(card) {
  const says = card.querySelector(".says");
  const source = new EventSource(card.dataset.live);
  const on = (name, act) => source.addEventListener(name, (event) => act(JSON.parse(event.data)));
  on("found", ({ level }) => {
    card.querySelector(".level").textContent = level;
    if (says.hidden && !card.querySelector(".quote")) refresh(card);
  });
  on("text", (piece) => write(card, says, piece));
  on("notice", ({ text }) => card.querySelector(".meta").after(line(text, "notice")));
  on("done", ({ address }) => {
    source.close();
    finish(card, address);
  });
  on("failed", ({ title, text }) => {
    source.close();
    fail(card, title, text);
  });
  // A browser gives up when the server says that there is nothing; else it comes again by itself.
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) fail(card, undefined, card.dataset.lost);
  });
}

// The first sentence takes the place of the quotes.
function write(card, says, { text, cites, space, weak, ...piece }) {
  if (says.hidden) {
    says.hidden = false;
    card.querySelector(".quotes").replaceChildren();
  }
  if (!text) return;
  if (piece.new || says.lastElementChild?.localName !== "p") says.append(document.createElement("p"));
  const place = says.lastElementChild;
  if (space && place.childNodes.length) place.append(" ");
  if (weak) {
    const marked = element("span", "weak", text);
    marked.append(element("small", "verdict", weak));
    place.append(marked);
  } else place.append(text);
  for (const n of cites) {
    const number = document.createElement("sup");
    number.append(element("a", "ref", n));
    place.append(number);
  }
}

// What the server has of the card by now.
async function refresh(card) {
  const fresh = (await page(location.href))?.querySelector("[data-live] .quotes");
  const place = card.querySelector(".quotes");
  if (fresh && card.querySelector(".says").hidden) place.replaceChildren(...fresh.childNodes);
}

// The whole card takes the place of what streamed in, and the address becomes its own.
async function finish(card, address) {
  const whole = (await page(address))?.querySelector(".card");
  if (!whole || whole.querySelector(".pending")) {
    location.replace(address); // somebody waits for a better answer: its page follows that
    return;
  }
  history.replaceState(null, "", address);
  const turn = card.parentElement;
  card.replaceWith(whole);
  wireActs(turn);
  wirePicture(turn);
  const says = whole.querySelector(".says, .quotes");
  document.getElementById("live").textContent = says?.innerText ?? "";
}

function fail(card, title, text) {
  card.removeAttribute("aria-busy");
  const level = card.querySelector(".level");
  if (title) level.textContent = title;
  level.classList.remove("breathe");
  const word = line(text, "soft");
  word.setAttribute("role", "alert");
  card.querySelector(":scope > .soft")?.remove();
  card.append(word);
}

// A page of ours, as a document. XMLHttpRequest parses it without anything in it being run.
function page(address) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.onload = () => done(request.status === 200 ? request.responseXML : null);
    request.onerror = () => done(null);
    request.send();
  });
}

// Phones hand a picture to other apps; elsewhere the link opens it.
export function wirePicture(root) {
  for (const link of root.querySelectorAll(".acts .image")) {
    link.addEventListener("click", async (event) => {
      if (!navigator.canShare || !matchMedia("(pointer: coarse)").matches) return;
      event.preventDefault();
      const answer = await fetch(link.href);
      const file = new File([await answer.blob()], "answer.png", { type: "image/png" });
      if (!answer.ok || !navigator.canShare({ files: [file] })) {
        location.assign(link.href);
        return;
      }
      navigator.share({ files: [file] }).catch((error) => {
        if (error.name !== "AbortError") location.assign(link.href);
      });
    });
  }
}

function line(words, kind) {
  return element("p", kind, words);
}

function element(name, kind, words) {
  const made = document.createElement(name);
  made.className = kind;
  made.textContent = words;
  return made;
}
