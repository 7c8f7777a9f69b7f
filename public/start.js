// Starts the browser half. Everything it loads lies beside it, so that a release can lie anywhere.
import init, { hydrate } from "./pkg/holdall.js";

await init({ module_or_path: new URL("./pkg/holdall.wasm", import.meta.url) });
hydrate();
