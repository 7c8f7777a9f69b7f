// Starts the browser half. The page's head says where its two files lie, and what must be in them.
const script = document.getElementById("script");
const wasm = document.getElementById("wasm");

const { default: init, hydrate } = await import(script.href);
// A file that changes under a running server has no integrity. Chromium complains of the attribute itself on this link.
const { integrity } = wasm.dataset;
await init({ module_or_path: fetch(wasm.href, integrity ? { integrity } : {}) });
hydrate();
