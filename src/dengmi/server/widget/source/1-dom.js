// Elements are made of nodes and text alone: what a model or an article says is never markup.

const SVG = "http://www.w3.org/2000/svg";

function el(name, props = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value == null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== ""));
  return node;
}

function icon(...paths) {
  const node = document.createElementNS(SVG, "svg");
  node.setAttribute("viewBox", "0 0 24 24");
  node.setAttribute("aria-hidden", "true");
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    node.append(path);
  }
  return node;
}

const lantern = () =>
  icon(
    "M12 2v3M9 5h6M9 17h6M12 17v5M10 22h4",
    "M4 11a8 6 0 1 0 16 0 8 6 0 1 0-16 0",
    "M12 5c-3 3-3 9 0 12M12 5c3 3 3 9 0 12",
  );

// A link to elsewhere, or plain text where the address is none that a browser may open.
function link(address, words, name) {
  if (!/^https?:\/\//i.test(address)) return el("span", { class: name }, words);
  return el("a", { href: address, class: name, target: "_blank", rel: "noopener" }, words);
}
