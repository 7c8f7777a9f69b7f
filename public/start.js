// Starts the browser half. The page's head says where its two files lie, and what must be in them.
const script = document.getElementById("script");
const wasm = document.getElementById("wasm");

const { default: init, hydrate } = await import(script.href);
// Without `integrity` where it is empty: a file that changes under a running server has none.
await init({ module_or_path: fetch(wasm.href, wasm.integrity ? { integrity: wasm.integrity } : {}) });
hydrate();
