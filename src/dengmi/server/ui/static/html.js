// The one place where HTML that our server made becomes elements (Trusted Types policy "dengmi").
// Everything else sets text.

const policy = globalThis.trustedTypes?.createPolicy("dengmi", {
  createHTML: (html) => html,
  createScriptURL: (url) => {
    if (url !== "/sw.js") throw new TypeError(url);
    return url;
  },
});

export function pieces(html) {
  const template = document.createElement("template");
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return template.content;
}

export function parsed(html) {
  return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
}

export function worker() {
  return policy ? policy.createScriptURL("/sw.js") : "/sw.js";
}
