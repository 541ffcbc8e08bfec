// The desk at the other end, and what this visit remembers of it.

const KEPT = 20; // turns that are shown again

class Desk {
  constructor(base, name, lang) {
    this.address = `${base}/widget/${encodeURIComponent(name)}`;
    this.lang = lang;
    this.key = `dengmi ${this.address}`;
  }

  // What the desk is called, what to say, what may be asked. Throws where this site may not ask.
  async about() {
    return (await this.fetch(`?lang=${this.lang}`)).json();
  }

  // The events of an answer, one {name, data} at a time.
  async *ask(question, conversation, deep, signal) {
    const body = JSON.stringify({ question, conversation, level: deep ? "deep" : "auto" });
    const headers = { "Content-Type": "application/json", Accept: "text/event-stream" };
    const response = await this.fetch("/answers", { method: "POST", headers, body, signal });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const name = /^event: (.*)$/m.exec(block);
        const data = /^data: (.*)$/m.exec(block);
        if (name && data) yield { name: name[1], data: JSON.parse(data[1]) };
      }
    }
  }

  // Tells how it stands with a better answer until that is there.
  follow(id, tell) {
    const source = new EventSource(`${this.address}/answers/${id}/events?lang=${this.lang}`);
    const on = (name) => source.addEventListener(name, ({ data }) => tell(name, JSON.parse(data)));
    on("pending");
    on("done");
    return source;
  }

  async fetch(path, options = {}) {
    const headers = { "Accept-Language": this.lang, ...options.headers };
    const response = await fetch(this.address + path, { credentials: "omit", ...options, headers });
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    throw Object.assign(new Error(problem.detail || response.status), { told: problem.detail });
  }

  // The conversation lives as long as the visit: it is kept by this tab, on this site.
  recall() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key));
      if (kept?.conversation && Array.isArray(kept.turns)) return kept;
    } catch {
      // Nothing there, or the browser keeps nothing: begin anew.
    }
    return { conversation: conversation(), turns: [], open: false };
  }

  remember(state) {
    try {
      const turns = state.turns.slice(-KEPT);
      sessionStorage.setItem(this.key, JSON.stringify({ ...state, turns }));
    } catch {
      // Full or forbidden: the conversation goes on without.
    }
  }
}

// A secret name for a conversation, as the server makes them.
function conversation() {
  const letters = "abcdefghijklmnopqrstuvwxyz234567";
  const random = crypto.getRandomValues(new Uint8Array(16));
  return "c_" + Array.from(random, (byte) => letters[byte & 31]).join("");
}
