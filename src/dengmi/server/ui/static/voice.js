// Asking by voice, where the browser can hear; elsewhere there is no button.

const Hearing = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
const form = document.getElementById("ask");
const button = form?.querySelector(".voice");
const box = form?.elements.q;
let hearing = null;

if (Hearing && button && isSecureContext) {
  button.hidden = false;
  button.addEventListener("click", () => (hearing ? hearing.stop() : listen()));
}

function listen() {
  const before = box.value && `${box.value.trimEnd()} `;
  hearing = new Hearing();
  hearing.lang = document.documentElement.lang === "zh-Hans" ? "zh-CN" : navigator.language;
  hearing.interimResults = true;
  hearing.addEventListener("result", (event) => {
    box.value = before + [...event.results].map((one) => one[0].transcript).join("");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
  hearing.addEventListener("error", (event) => {
    const words = { "not-allowed": "denied", "service-not-allowed": "denied", network: "deaf" }[event.error];
    if (words) tell(button.dataset[words]);
  });
  hearing.addEventListener("end", () => {
    hearing = null;
    on(false);
    box.focus();
  });
  hearing.start();
  on(true);
}

function on(is) {
  button.setAttribute("aria-pressed", is);
  button.classList.toggle("breathe", is);
}

function tell(words) {
  const place = form.querySelector(".heard");
  place.textContent = words;
  setTimeout(() => (place.textContent = ""), 6000);
}
