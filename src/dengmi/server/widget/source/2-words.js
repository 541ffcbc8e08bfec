// An answer's text as paragraphs, lists, tables and code, its numbers as buttons. The same lines as
// the page's (server/ui/lines.py).

const CITE = /\s*\[(\d{1,3})\]/g;
const LEAD = /^(\s*)(?:([-*+•])|(\d{1,2})[.)、]|#{1,6})\s+/;
const FENCE = /^\s*(?:```|~~~)/;
const ROW = /^\s*\|.*\|\s*$/;
const RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const INLINE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*/g;

// `claims` are [start, end, verdict]; `say` the words of verdicts; `cite` gets a chosen number.
function prose(text, claims, say, cite) {
  const set = (pieces) => pieces.flatMap((one) => (one.cite ? number(one.cite, cite) : words(one, say)));
  const kept = runs(kinds(cut(text, claims))).filter((run) => run.length !== 2 || run[1].kind !== "rule");
  return kept.map((run) => block(run, set));
}

// Lines of pieces {words, note, last} or {cite}; `note` is the verdict of the sentence they are of.
function cut(text, claims) {
  const lines = [{ pieces: [], raw: "" }];
  const put = (words, claimed, note) =>
    words.split("\n").forEach((part, n, parts) => {
      if (n) lines.push({ pieces: [], raw: "" });
      if (!part) return;
      const line = lines.at(-1);
      line.raw += part;
      line.pieces.push({ words: part, claimed, note, last: n + 1 === parts.length });
    });
  let at = 0;
  for (const [start, end, verdict] of claims) {
    put(text.slice(at, start));
    put(text.slice(start, end), true, verdict);
    at = end;
  }
  put(text.slice(at));
  return lines;
}

function kinds(lines) {
  let fenced = false;
  let before = null;
  return lines.filter((line) => {
    if (FENCE.test(line.raw)) {
      fenced = !fenced;
      return false;
    }
    const rule = line.raw.includes("|") && RULE.test(line.raw);
    const inside = before?.kind === "row" || before?.kind === "rule";
    if (fenced) line.kind = "code";
    else if (rule && before?.raw.includes("|")) {
      line.kind = "rule";
      before.kind = "row";
    } else if (ROW.test(line.raw) || (inside && line.raw.includes("|"))) line.kind = rule ? "rule" : "row";
    else lead(line);
    if (fenced) line.pieces = line.pieces.filter((one) => one.claimed || one.words.trim() !== "[?]");
    else line.pieces = line.pieces.flatMap((one) => (one.claimed ? [one] : numbered(one.words)));
    before = line;
    return true;
  });
}

function lead(line) {
  line.kind = "p";
  const first = line.pieces[0];
  const found = first && !first.claimed && LEAD.exec(first.words);
  if (!found) return;
  line.inset = found[1].length;
  line.number = found[3];
  line.kind = found[2] ? "ul" : found[3] ? "ol" : "h";
  first.words = first.words.slice(found[0].length);
}

// Lines that belong together; empty ones do not end a list.
function runs(lines) {
  const made = [];
  let parted = false;
  for (const line of lines) {
    if (line.kind !== "code" && !line.raw.trim()) {
      parted = true;
      continue;
    }
    const run = made.at(-1);
    if (run && together(run[0], line, parted)) run.push(line);
    else made.push([line]);
    parted = false;
  }
  return made;
}

const listed = ({ kind }) => kind === "ul" || kind === "ol";
const tabled = ({ kind }) => kind === "row" || kind === "rule";

function together(first, line, parted) {
  if (listed(line)) return line.inset > first.inset ? listed(first) : line.kind === first.kind;
  if (tabled(line)) return tabled(first) && !parted;
  return line.kind === "code" && first.kind === "code";
}

function block(run, set) {
  const [first] = run;
  if (listed(first)) return list(run, set);
  if (tabled(first)) return table(run, set);
  if (first.kind === "code") {
    // What was found of its lines is said once, behind the last one it holds for.
    const last = run.findLast(({ pieces }) => pieces.some(({ note }) => note && note !== "supported"));
    const lines = run.map((line, n) => [
      n ? "\n" : "",
      set(line.pieces.map((one) => ({ ...one, code: true, last: line === last }))),
    ]);
    return el("pre", { tabindex: "0" }, el("code", {}, lines.flat(2)));
  }
  return el("p", {}, first.kind === "h" ? el("strong", {}, set(first.pieces)) : set(first.pieces));
}

function list(run, set) {
  const made = el(run[0].kind);
  for (let at = 0, end; at < run.length; at = end) {
    for (end = at + 1; end < run.length && run[end].inset > run[at].inset; ) end += 1;
    const inner = runs(run.slice(at + 1, end)).map((part) => block(part, set));
    made.append(el("li", { value: run[at].number }, set(run[at].pieces), inner));
  }
  return made;
}

function table(run, set) {
  const headed = run[1]?.kind === "rule";
  const rows = run.filter(({ kind }) => kind === "row").map(cells);
  const most = Math.max(0, ...rows.map((row) => row.length));
  const made = rows.map((row, n) => {
    const head = headed && n === 0;
    const all = Array.from({ length: most }, (_, column) => set(row[column] ?? []));
    return el("tr", {}, all.map((nodes) => el(head ? "th" : "td", { scope: head && "col" }, nodes)));
  });
  return el("div", { class: "wide", tabindex: "0" }, el("table", {}, made));
}

// The pieces of each cell; a sentence that ends in the row ends in its last cell with words.
function cells({ pieces, raw }) {
  const made = [[]];
  for (const piece of pieces) {
    if (piece.cite) made.at(-1).push(piece);
    else {
      piece.words.split(/(?<!\\)\|/).forEach((part, n) => {
        if (n) made.push([]);
        const words = part.replaceAll("\\|", "|");
        if (words.trim()) made.at(-1).push({ words, note: piece.note });
      });
    }
    const end = piece.last && made.flat().findLast((one) => one.words);
    if (end) end.last = true;
  }
  if (!made[0].length) made.shift();
  if (made.length && !made.at(-1).length && raw.trimEnd().endsWith("|")) made.pop();
  return made;
}

// Words; those that the articles do not bear out, or only in part, say so where they end.
function words({ words, note, last, code }, say) {
  const nodes = code ? [words] : inline(words);
  if (!say[note]) return nodes;
  return [el("span", { class: "weak" }, nodes, last ? el("small", {}, say[note]) : "")];
}

function numbered(text) {
  const pieces = [];
  let at = 0;
  text = text.replaceAll("[?]", "");
  for (const found of text.matchAll(CITE)) {
    pieces.push({ words: text.slice(at, found.index) }, { cite: found[1] });
    at = found.index + found[0].length;
  }
  return [...pieces, { words: text.slice(at) }];
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
