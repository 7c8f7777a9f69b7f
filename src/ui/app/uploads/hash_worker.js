// Hashes the blobs it receives, on its own thread. It replies on the port that came with each: with the digest, or with
// null if it failed.
onmessage = async ({ data, ports: [port] }) => {
    try {
        port.postMessage(await crypto.subtle.digest("SHA-256", await data.arrayBuffer()));
    } catch {
        port.postMessage(null);
    }
    port.close();
};
postMessage("ready");
