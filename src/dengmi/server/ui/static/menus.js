// Menus close like menus, and thumbs are given without leaving the page.

document.addEventListener("click", (event) => {
  const inside = event.target.closest(".more");
  for (const menu of document.querySelectorAll(".more[open], .desks[open]")) {
    if (menu !== inside && !menu.contains(event.target)) menu.open = false;
  }
  if (event.target.closest(".more li a")) inside.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector(".more[open], .desks[open]");
  if (!menu) return;
  menu.open = false;
  menu.firstElementChild.focus();
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest(".thumbs");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter;
  const given = button.getAttribute("aria-pressed") !== "true";
  const body = new URLSearchParams({ up: given ? button.className : "" });
  const response = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (response?.type !== "opaqueredirect") return;
  for (const each of form.elements) {
    const on = each === button && given;
    each.setAttribute("aria-pressed", on);
    each.value = on ? "" : each.className;
  }
});
