// Waits for better answers and has them shown in place of what stands there.

const MOST = 3; // streams open at once: browsers allow few to one server
let open = 0;

// `show` is given the answer's turn and what came of the wait.
export function follow(turn, show) {
  const form = turn.querySelector(".pending");
  if (!form || open >= MOST) return;
  open += 1;
  const source = new EventSource(form.dataset.events);
  source.addEventListener("pending", (event) => {
    form.firstElementChild.textContent = JSON.parse(event.data).wait;
  });
  source.addEventListener("done", (event) => {
    source.close();
    open -= 1;
    show(turn, JSON.parse(event.data));
    const next = document.querySelector(".turn:not([data-followed]) .pending");
    if (next) follow(next.closest(".turn"), show);
  });
  turn.dataset.followed = "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fetch(form.action, { method: "POST", redirect: "manual" }).catch(() => form.submit());
  });
}
