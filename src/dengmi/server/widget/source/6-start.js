// Reads the script tag, asks the desk what it is called, and puts the launcher on the page.

const TAG = document.currentScript ?? document.querySelector('script[src*="/widget.js"]');
const DATA = TAG.dataset;

async function start() {
  const said = DATA.lang || document.documentElement.lang || navigator.language || "en";
  const lang = said.toLowerCase().startsWith("zh") ? "zh" : "en";
  const base = TAG.src.replace(/\/widget\.js.*$/, "");
  const desk = new Desk(base, DATA.desk || "-", lang);
  let about;
  try {
    about = await desk.about();
  } catch (error) {
    const reason = error.told || `add ${location.origin} to channels.widget.origins there`;
    console.warn(`Dengmi: ${base} does not answer this site: ${reason}`);
    return;
  }
  const host = el("div", { lang: lang === "zh" ? "zh-Hans" : "en", "data-theme": DATA.theme, "data-side": DATA.side });
  host.id = "dengmi";
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const { title, label, button } = DATA;
  const panel = new Panel(desk, about, { title, label, button, open: "open" in DATA });
  root.append(...panel.nodes);
  document.body.append(host);
  if (DATA.accent) tint(host, panel.launcher);
  offer(panel);
}

// The colour of the tag, and black or white upon it, whichever can be read (WCAG 2, contrast).
function tint(host, place) {
  host.style.setProperty("--dengmi-accent", DATA.accent);
  const parts = getComputedStyle(place).backgroundColor.match(/[\d.]+/g) ?? [];
  const [r, g, b] = parts.slice(0, 3).map((part) => ((part / 255 + 0.055) / 1.055) ** 2.4);
  const bright = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18;
  host.style.setProperty("--dengmi-on-accent", bright ? "#000" : "#fff");
}

// What the page itself may do: open it, close it, ask something.
function offer(panel) {
  window.dengmi = {
    open: () => panel.open(),
    close: () => panel.close(),
    ask: (question) => panel.ask(String(question)),
  };
  document.addEventListener("click", ({ target }) => {
    const place = target instanceof Element && target.closest("[data-dengmi-ask], [data-dengmi-open]");
    if (!place) return;
    panel.open();
    if (place.dataset.dengmiAsk) panel.ask(place.dataset.dengmiAsk);
  });
}

if (TAG && !document.getElementById("dengmi")) {
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start, { once: true });
}
