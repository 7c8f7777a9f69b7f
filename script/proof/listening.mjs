// A server of a proof's own, on a port that the system picks.

/** Lets it listen: its address, and what ends it with all that is connected. */
export async function listening(server) {
    // What the proofs send may take long.
    server.requestTimeout = 0;
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    const close = () => {
        server.closeAllConnections();
        server.close();
    };
    return { address: `http://127.0.0.1:${server.address().port}`, close };
}
