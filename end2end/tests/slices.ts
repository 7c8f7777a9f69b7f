// A browser that cannot send a slice of a file, for `page.addInitScript`.

/**
 * 'ends untold': the request goes out and is answered, but the page is never told (Safari 26). 'fails': it fails at
 * once with status 0 (files of the cloud in Android's picker).
 */
export function slices(kind: 'ends untold' | 'fails') {
    const marked = new WeakSet<object>();
    const opened = new WeakMap<XMLHttpRequest, { method: string; url: string; headers: [string, string][] }>();
    const { slice } = Blob.prototype;
    const { open, send, setRequestHeader } = XMLHttpRequest.prototype;
    File.prototype.slice = function (...range) {
        const part = slice.apply(this, range);
        marked.add(part);
        return part;
    };
    XMLHttpRequest.prototype.open = function (method: string, url: string | URL) {
        opened.set(this, { method, url: String(url), headers: [] });
        return open.call(this, method, url, true);
    };
    XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
        opened.get(this)?.headers.push([name, value]);
        return setRequestHeader.call(this, name, value);
    };
    XMLHttpRequest.prototype.send = function (body) {
        const request = opened.get(this);
        if (!request || !(body instanceof Blob) || !marked.has(body)) return send.call(this, body);
        if (kind === 'ends untold') {
            fetch(request.url, { method: request.method, body, headers: request.headers }).catch(() => {});
            const told = { lengthComputable: true, loaded: body.size, total: body.size };
            setTimeout(() => this.upload.dispatchEvent(new ProgressEvent('progress', told)), 50);
        } else {
            setTimeout(() => ['error', 'loadend'].forEach(name => this.dispatchEvent(new ProgressEvent(name))));
        }
    };
}
