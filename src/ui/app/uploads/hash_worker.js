// Hashes the blobs that it is sent, on a thread of its own; answers each by the port that came with it, with nothing
// where that cannot be done.
onmessage = async ({ data, ports: [port] }) => {
    try {
        port.postMessage(await crypto.subtle.digest("SHA-256", await data.arrayBuffer()));
    } catch {
        port.postMessage(null);
    }
    port.close();
};
postMessage("ready");
