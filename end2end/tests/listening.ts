// HTTP servers of tests and proofs, on ports that the system chooses.

import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listening {
    address: string;
    /** Stops the server and closes all its connections. */
    close: () => void;
}

export async function listening(server: Server): Promise<Listening> {
    // Requests may take long.
    server.requestTimeout = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const close = () => {
        server.closeAllConnections();
        server.close();
    };
    return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
