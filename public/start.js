// Starts the browser half. The page's head says where its files lie, what must be in them, and the page's shape. If
// one of these is missing or does not fit, the page stays the server's, which works without scripts, and says so.
const [script, wasm, later, shape, content] = ["#script", "meta[name=wasm]", "meta[name=later]", "meta[name=shape]", "#content"].map(part => document.head.querySelector(part));
// A copy of the page, in a document that loads nothing.
const sent = document.implementation.createHTMLDocument("").importNode(document.body, true);

// After a reload, Back leads to another address of the same document, which a page that does not run yet cannot show.
const address = () => location.pathname + location.search;
const sentFor = address();
let isLeft = false;
const reloadElsewhere = () => {
    isLeft ||= address() !== sentFor;
    if (isLeft) location.reload();
};
addEventListener("popstate", reloadElsewhere);

if (script && wasm && later && shape && content) await start();
else sayPlain();

async function start() {
    try {
        const { default: init, hydrate } = await import(script.href);
        await painted();
        const isNeeded = later.dataset.needed != null;
        // Both at once.
        let early = isNeeded ? bytesOf(later) : undefined;
        const first = await init({ module_or_path: named(wasm) });
        globalThis.loadLater = once(async () => {
            const bytes = early ?? bytesOf(later);
            early = undefined;
            await WebAssembly.instantiate(await bytes, { first });
        });
        if (isNeeded) await loadLater();
        // Extensions may have added to it in the meantime.
        if (!isAsSent(document.body) && isAsSent(sent)) await putBack();
        if (!isAsSent(document.body)) return sayPlain();
        // Another one is on its way, and the address is that one's already.
        if (isLeft) return;
        await takeOver(hydrate);
        removeEventListener("popstate", reloadElsewhere);
        // Ahead of when it is needed. If this fails, it is tried again then.
        setTimeout(() => loadLater().catch(() => {}), 1000);
    } catch (error) {
        sayPlain();
        throw error;
    }
}

/** Requests a file that the head names. One that changes under a running server has no integrity. */
function named({ content, dataset: { integrity } }, options = {}) {
    return fetch(content, integrity ? { ...options, integrity } : options);
}

/** The second part of the wasm, which is loaded into the memory of the first. In development it is part of the first: empty. */
async function bytesOf(later) {
    if (!later.content) return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    const answer = await named(later, { signal: AbortSignal.timeout(30_000) });
    if (!answer.ok) throw new Error(`${later.content}: ${answer.status}`);
    return answer.arrayBuffer();
}

/** What `begin` promises, which is begun again only if it has failed. */
function once(begin) {
    let begun;
    return () => (begun ??= begin().catch(error => {
        begun = undefined;
        throw error;
    }));
}

/** Waits until the page is on the screen, so that the wasm, which is large, does not share the network with it. */
async function painted() {
    const frame = new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    // Hidden pages are not painted.
    if (!document.hidden) await Promise.race([frame, new Promise(done => setTimeout(done, 1000))]);
}

/** Whether a body has the nodes that the server sent (`server/web/shape.rs`). Others may come after them. */
function isAsSent(body) {
    const [count, sum] = shape.content.split(" ");
    const { SHOW_ELEMENT, SHOW_TEXT, SHOW_COMMENT } = NodeFilter;
    const nodes = document.createTreeWalker(body, SHOW_ELEMENT | SHOW_TEXT | SHOW_COMMENT);
    let hash = 0x811c9dc5;
    const take = byte => (hash = Math.imul(hash ^ byte, 0x01000193));
    for (let left = Number(count); left > 0; left--) {
        const node = nodes.nextNode();
        if (!node) return false;
        const kind = node instanceof Element ? `<${node.localName.toLowerCase()}` : node instanceof Text ? "#" : "!";
        for (const letter of kind) take(letter.charCodeAt(0));
        let depth = 0;
        for (let above = node.parentNode; above !== body; above = above.parentNode) depth++;
        take(depth & 255);
    }
    return (hash >>> 0) === parseInt(sum, 16);
}

/**
 * Puts the page back as it arrived, with what was typed and chosen since, and the focus where it was, once no button or
 * link is pressed: its click would be lost.
 */
async function putBack() {
    const plain = new AbortController();
    // Until then clicks and forms are the browser's, whatever listens in the page.
    for (const name of ["click", "submit"]) {
        const silence = event => event.stopImmediatePropagation();
        EventTarget.prototype.addEventListener.call(window, name, silence, { capture: true, signal: plain.signal });
    }
    while (document.querySelector("body :active")) await new Promise(done => setTimeout(done, 20));
    plain.abort();

    const fields = () => [...document.querySelectorAll("body input")];
    const before = fields();
    const focused = document.activeElement;
    // Not every field has a cursor.
    const { selectionStart, selectionEnd } = focused ?? {};
    document.body.replaceWith(document.importNode(sent, true));
    const after = fields();
    if (after.length !== before.length) return;
    for (const [at, field] of before.entries()) {
        const { type, value, checked } = field;
        if (type === "file") passFilesOn(field, after[at]);
        else Object.assign(after[at], { value, checked });
    }
    const again = after[before.indexOf(focused)];
    again?.focus();
    if (selectionStart != null) again?.setSelectionRange(selectionStart, selectionEnd);
}

/** Gives a file field the files of the one it replaces, also those of a dialog that is open. */
function passFilesOn(from, to) {
    to.files = from.files;
    const chosen = event => {
        event.stopImmediatePropagation();
        to.files = from.files;
        to.dispatchEvent(new Event("change", { bubbles: true }));
    };
    from.addEventListener("change", chosen, true);
}

/** Hydrates the page. If that ends midway, the page is put back, and the listeners that were added are taken away. */
async function takeOver(hydrate) {
    const targets = [window, document];
    const added = [];
    const trapped = trap();
    for (const target of targets) {
        target.addEventListener = (...listener) => {
            added.push([target, listener]);
            EventTarget.prototype.addEventListener.apply(target, listener);
        };
    }
    try {
        hydrate();
        // What hydration leaves to be done at once is done before the timer.
        await Promise.race([trapped, new Promise(done => setTimeout(done))]);
    } catch (error) {
        for (const [target, listener] of added) target.removeEventListener(...listener);
        for (const target of targets) target.addEventListener = () => {};
        await putBack();
        throw error;
    }
    for (const target of targets) delete target.addEventListener;
}

/** Rejects once the wasm has ended in a task of its own. */
function trap() {
    return new Promise((_, reject) => {
        const heard = ({ error, reason }) => {
            if ((error ?? reason) instanceof WebAssembly.RuntimeError) reject(error ?? reason);
        };
        for (const name of ["error", "unhandledrejection"]) addEventListener(name, heard);
    });
}

/** Says that the page works without scripts. */
function sayPlain() {
    const note = document.getElementById("plain")?.content.cloneNode(true);
    if (note) (document.querySelector("main") ?? document.body).prepend(note);
}
