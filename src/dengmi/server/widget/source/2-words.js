// An answer's text as paragraphs and lists, its numbers as buttons.

const CITE = /\s*\[(\d{1,3})\]/g;
const LEAD = /^\s*(?:([-*+•])\s+|(\d{1,2})[.)、]\s+|#{1,6}\s+)/;
const INLINE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*/g;

// `claims` are [start, end, verdict]; `say` the words of verdicts; `cite` gets a chosen number.
function prose(text, claims, say, cite) {
  const lines = [];
  let line = null;
  const open = () => lines.push((line = { kind: "p", nodes: [] }));
  const between = (part) =>
    part.split("\n").forEach((piece, n) => {
      if (n || !line) open();
      const lead = !line.nodes.length && LEAD.exec(piece);
      if (lead) {
        line.kind = lead[1] ? "ul" : lead[2] ? "ol" : "h";
        piece = piece.slice(lead[0].length);
      }
      line.nodes.push(...numbered(piece, cite));
    });
  let at = 0;
  for (const [start, end, verdict] of claims) {
    between(text.slice(at, start));
    const note = say[verdict];
    const words = inline(text.slice(start, end));
    line.nodes.push(...(note ? [el("span", { class: "weak" }, words, el("small", {}, note))] : words));
    at = end;
  }
  between(text.slice(at));
  return blocks(lines.filter(({ nodes }) => nodes.some((node) => (node.textContent ?? node).trim())));
}

function blocks(lines) {
  const made = [];
  for (const { kind, nodes } of lines) {
    if (kind === "p") made.push(el("p", {}, nodes));
    else if (kind === "h") made.push(el("p", {}, el("strong", {}, nodes)));
    else {
      let list = made.at(-1);
      if (list?.localName !== kind) made.push((list = el(kind)));
      list.append(el("li", {}, nodes));
    }
  }
  return made;
}

function numbered(text, cite) {
  const nodes = [];
  let at = 0;
  text = text.replaceAll("[?]", "");
  for (const found of text.matchAll(CITE)) {
    nodes.push(...inline(text.slice(at, found.index)), number(found[1], cite));
    at = found.index + found[0].length;
  }
  return [...nodes, ...inline(text.slice(at))];
}

const number = (n, cite) => el("button", { type: "button", class: "n", onclick: () => cite(n) }, n);

function inline(text) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(text.slice(at, found.index));
    nodes.push(found[1] ? el("code", {}, found[1]) : el("strong", {}, found[2]));
    at = found.index + found[0].length;
  }
  return [...nodes, text.slice(at)].filter(Boolean);
}
