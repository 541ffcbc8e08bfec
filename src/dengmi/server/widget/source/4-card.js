// One question with its answer, from the first quote to the whole card.

class Turn {
  constructor(say, question) {
    this.say = say;
    this.level = el("span", { class: "level breathe" }, say.searching);
    this.body = el("div", { class: "body" });
    this.card = el("div", { class: "card", "aria-busy": "true" }, this.level, this.body);
    this.node = el("section", {}, el("h3", { class: "asked" }, el("span", {}, question)), this.card);
    this.text = "";
    this.claims = [];
  }

  // Shows an event; what is heard when the answer is there.
  hear(name, data) {
    if (name === "found") {
      this.level.textContent = data.level;
      const quotes = data.quotes.map((one) => this.source(one));
      this.body.replaceChildren(...(quotes.length ? quotes : this.near(data.nearest)));
    } else if (name === "text" && data.claim) {
      this.text += data.text;
      this.claims.push(data.claim);
      this.body.replaceChildren(...prose(this.text, this.claims, this.say, () => {}));
    } else if (name === "text") this.text += data.text;
    else if (name === "notice") this.note(data.text);
    else if (name === "done") return this.show(data);
    else if (name === "failed") this.fail(data.text);
    return "";
  }

  show(answer, ask) {
    this.settle();
    this.level.textContent = answer.level;
    const sources = answer.citations.map((one) => this.source(one));
    const folded = el("details", {}, el("summary", {}, `${this.say.sources} (${sources.length})`));
    const cite = (n) => {
      folded.open = true;
      const place = sources.find((one) => one.dataset.n === n);
      place?.scrollIntoView({ block: "nearest" });
      place?.focus({ preventScroll: true });
    };
    let body = sources;
    if (!answer.grounded) {
      body = [el("p", {}, this.say.nothing), ...this.near(answer.nearest)];
    } else if (!answer.quoted) {
      folded.append(...sources);
      const words = prose(answer.text, answer.claims, this.say, cite);
      body = [...words, sources.length ? folded : ""];
    }
    const next = answer.followups.map((one) =>
      el("li", {}, el("button", { type: "button", class: "next", "data-ask": one }, one)),
    );
    const page = answer.page && link(answer.page, this.say.page, "page");
    this.body.replaceChildren(...body.filter(Boolean));
    this.more?.remove();
    this.more = el(
      "div",
      { class: "more" },
      next.length ? el("ul", { class: "nexts", "aria-label": this.say.next }, next) : "",
      page,
    );
    this.card.append(this.more);
    this.node.querySelector(".wait")?.remove();
    if (answer.wait) this.note(answer.wait, "note wait");
    return answer.grounded ? answer.text : this.say.nothing;
  }

  // Articles to look into where no sentence answers.
  near(heads) {
    const rows = heads.map((one) => el("li", {}, link(one.page, one.title)));
    return rows.length ? [el("ul", {}, rows)] : [];
  }

  // The exact sentence, and where it stands.
  source({ n, title, by, quote, url, page, verdict }) {
    const name = link(page || url, title, "title");
    const original = url && page ? link(url, this.say.original) : "";
    const verdicts = this.say[verdict] ? el("small", {}, this.say[verdict]) : "";
    return el(
      "blockquote",
      { tabindex: "-1", "data-n": n },
      el("p", {}, quote),
      el("footer", {}, el("b", {}, n), name, by && el("span", {}, by), original, verdicts),
    );
  }

  note(words, name = "note") {
    const old = name !== "note" && this.node.querySelector(".wait");
    if (old) old.textContent = words;
    else this.card.before(el("p", { class: name }, words));
  }

  fail(words) {
    this.settle();
    this.level.textContent = this.say.failed;
    this.body.replaceChildren(el("p", { role: "alert" }, words));
  }

  settle() {
    this.card.removeAttribute("aria-busy");
    this.level.classList.remove("breathe");
  }
}
