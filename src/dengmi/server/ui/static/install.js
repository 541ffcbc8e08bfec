// The page as an app: its files are kept by the browser, and without a network it says so.

import { worker } from "./html.js";

if ("serviceWorker" in navigator && isSecureContext) {
  addEventListener("load", () => navigator.serviceWorker.register(worker()).catch(() => {}));
}
