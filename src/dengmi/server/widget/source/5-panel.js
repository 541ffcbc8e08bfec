// The launcher and the panel.

const FINE = matchMedia("(pointer: fine)");
const NARROW = matchMedia("(max-width: 30rem)");

class Panel {
  constructor(desk, about, options) {
    Object.assign(this, { desk, about, say: about.say, asking: null, followed: null });
    this.state = desk.recall();
    this.build(options);
    this.state.turns.forEach(({ question, answer }) => {
      const turn = this.add(question);
      turn.show(answer);
      this.wait(turn, answer);
    });
    this.welcome();
    if (this.state.open || options.open) this.open(false);
  }

  build({ title, label, button }) {
    const { say, about } = this;
    this.title = title || about.title;
    const press = (words, act, ...drawn) =>
      el("button", { type: "button", class: "tool", "aria-label": words, title: words, onclick: act }, ...drawn);
    this.launcher = el(
      "button",
      { type: "button", class: "launcher", "aria-expanded": "false", "aria-controls": "panel",
        "aria-label": label || say.open, hidden: button === "none", onclick: () => this.toggle() },
      lantern(), label ? el("span", {}, label) : "",
    );
    this.log = el("div", { class: "log", tabindex: "0", role: "region", "aria-label": say.conversation });
    this.live = el("div", { class: "hear", "aria-live": "polite" });
    this.box = el("textarea", {
      rows: "1", maxlength: about.max, placeholder: say.ask, "aria-label": say.question, enterkeyhint: "send",
    });
    this.deep = el("input", { type: "checkbox" });
    this.send = el("button", { class: "send", "aria-label": say.send },
      icon("M12 19V5.5M6 11l6-6 6 6"), icon("M7 7h10v10H7z"));
    this.form = el("form", { onsubmit: (event) => this.submit(event) }, this.box,
      about.deep ? el("label", { class: "deep" }, this.deep, el("span", {}, say.deep)) : "", this.send);
    this.panel = el(
      "div", { id: "panel", class: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
      el("header", {}, lantern(), el("h2", { id: "title" }, this.title),
        press(say.fresh, () => this.fresh(), icon("M12 5v14M5 12h14")),
        press(say.close, () => this.close(), icon("M6 6l12 12M18 6L6 18"))),
      this.log, this.live, this.form,
    );
    this.nodes = [this.panel, this.launcher];
    this.listen();
  }

  listen() {
    this.panel.addEventListener("keydown", (event) => {
      event.stopPropagation(); // shortcuts of the site are not meant for what is typed here
      if (event.key === "Escape" && !event.isComposing) this.close();
      if (event.key === "Tab" && NARROW.matches) this.keep(event);
    });
    this.panel.addEventListener("click", ({ target }) => {
      const next = target.closest("[data-ask]");
      if (next) this.ask(next.dataset.ask);
    });
    this.box.addEventListener("keydown", (event) => {
      // While an input method composes, Enter belongs to it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      if (!this.asking) this.form.requestSubmit();
    });
    this.box.addEventListener("input", () => this.grow());
  }

  // Where the panel fills the screen, Tab stays in it.
  keep(event) {
    const all = [...this.panel.querySelectorAll("button, a, textarea, input, summary, .log")];
    const seen = all.filter((one) => one.checkVisibility?.() ?? true);
    const here = this.panel.getRootNode().activeElement;
    const [from, to] = event.shiftKey ? [seen[0], seen.at(-1)] : [seen.at(-1), seen[0]];
    if (here !== from) return;
    event.preventDefault();
    to.focus();
  }

  toggle() {
    if (this.panel.hidden) this.open();
    else this.close();
  }

  open(focus = true) {
    this.panel.hidden = false;
    this.shown(true);
    this.log.scrollTop = this.log.scrollHeight;
    if (focus) (FINE.matches ? this.box : this.log).focus();
  }

  close() {
    const inside = this.panel.contains(this.panel.getRootNode().activeElement);
    this.panel.hidden = true;
    this.shown(false);
    if (inside) this.launcher.focus();
  }

  shown(open) {
    this.launcher.setAttribute("aria-expanded", open);
    this.panel.setAttribute("aria-modal", open && NARROW.matches);
    this.state.open = open;
    this.desk.remember(this.state);
  }

  welcome() {
    if (this.log.childElementCount) return;
    const examples = this.about.examples.map((one) =>
      el("li", {}, el("button", { type: "button", class: "next", "data-ask": one }, one)));
    this.log.append(el("div", { class: "welcome" }, el("p", {}, this.say.welcome), el("ul", {}, examples)));
  }

  fresh() {
    this.asking?.abort();
    this.followed?.close();
    this.log.replaceChildren();
    this.state = { conversation: conversation(), turns: [], open: true };
    this.desk.remember(this.state);
    this.welcome();
    this.box.focus();
  }

  submit(event) {
    event.preventDefault();
    if (this.asking) this.asking.abort();
    else this.ask(this.box.value);
  }

  add(question) {
    this.log.querySelector(".welcome")?.remove();
    const turn = new Turn(this.say, question);
    this.log.append(turn.node);
    return turn;
  }

  async ask(words) {
    const question = words.trim();
    if (!question || this.asking) return;
    if (this.panel.hidden) this.open();
    const asking = (this.asking = new AbortController());
    this.busy(true);
    const turn = this.add(question);
    this.box.value = "";
    this.grow();
    this.log.scrollTop = turn.node.offsetTop - 12;
    try {
      const { conversation: id } = this.state;
      for await (const { name, data } of this.desk.ask(question, id, this.deep.checked, asking.signal)) {
        this.live.textContent = turn.hear(name, data) || "";
        if (name === "done") this.done(turn, question, data);
      }
      if (turn.card.ariaBusy === "true") throw new Error("cut off");
    } catch (error) {
      if (asking.signal.aborted) {
        turn.settle();
        turn.note(this.say.stopped);
      } else {
        turn.fail(error.told || this.say.offline);
        this.box.value ||= question;
      }
    }
    if (this.asking !== asking) return;
    this.asking = null;
    this.busy(false);
  }

  done(turn, question, answer) {
    this.state.turns.push({ question, answer });
    this.desk.remember(this.state);
    this.wait(turn, answer);
  }

  // A better answer takes the place of the one that stands there. One is waited for at a time.
  wait(turn, answer) {
    if (!answer.wait) return;
    this.followed?.close();
    const source = (this.followed = this.desk.follow(answer.id, (name, better) => {
      if (name === "pending") {
        turn.note(better.wait, "note wait");
        return;
      }
      source.close();
      this.live.textContent = turn.show(better);
      const kept = this.state.turns.find((one) => one.answer.id === answer.id);
      if (kept) kept.answer = better;
      this.desk.remember(this.state);
    }));
  }

  busy(on) {
    this.send.classList.toggle("stop", on);
    this.send.setAttribute("aria-label", on ? this.say.stop : this.say.send);
  }

  grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight}px`;
  }
}
