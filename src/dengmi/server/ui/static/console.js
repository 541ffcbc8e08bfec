// What the console does beside plain forms and links. No text becomes HTML here: the pages forbid it.

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.done;
  });
}

// On a narrow screen the present place may lie outside the row of places.
document.querySelector(".places [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

// What is chosen from a list of filters takes effect at once.
for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, [type=date]")) form.requestSubmit();
  });
}

// An open menu closes with a click elsewhere or the Escape key.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// The present state is drawn anew every few seconds while somebody looks. The browser takes the page
// apart by itself, so no text of ours becomes HTML.
const every = Number(document.querySelector("[data-live]")?.dataset.live);
const timer = every ? setInterval(() => document.hidden || renew(), 1000 * every) : 0;

function renew() {
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  request.responseType = "document";
  request.setRequestHeader("X-Dengmi-Live", "1"); // nobody's doing: the session is no longer for it
  request.onload = () => {
    const fresh = request.response?.getElementById("live");
    const old = document.getElementById("live");
    if (request.status !== 200 || !fresh || old.contains(document.activeElement)) return;
    old.replaceWith(document.adoptNode(fresh));
    if (!fresh.dataset.live) clearInterval(timer);
  };
  request.send();
}

// Files may be dropped anywhere on the form; they are sent at once.
for (const form of document.querySelectorAll("form[data-drop]")) {
  const zone = form.querySelector(".drop");
  const files = form.querySelector("[type=file]");
  const over = (is) => (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.toggle("over", is);
  };
  form.addEventListener("dragenter", over(true));
  form.addEventListener("dragover", over(true));
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) zone.classList.remove("over");
  });
  form.addEventListener("drop", (event) => {
    over(false)(event);
    if (!event.dataTransfer.files.length) return;
    files.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}
