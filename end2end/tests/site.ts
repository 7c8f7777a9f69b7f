// A Holdall of a test's own, whose process can be replaced by one of another version over the same data.

import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** What end2end/run has set. */
function given(variable: string): string {
    const value = process.env[variable];
    if (!value) throw new Error(`${variable} is not set: start the tests with end2end/run or script/test`);
    return value;
}

async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    return port;
}

export class Site {
    private process?: ChildProcess;
    /** What is private lies apart for each database: no two sites may sweep one place. */
    private readonly location = `replaced/${randomUUID()}`;

    private constructor(readonly address: string, private readonly data: string) {}

    /** The release that was built, over the bucket of end2end/run and a database in this folder. */
    static async start(data: string): Promise<Site> {
        const site = new Site(`http://127.0.0.1:${await freePort()}`, data);
        await site.run(given('HOLDALL_BINARY'));
        return site;
    }

    /** Stops it, and starts another version at the same address with the same data. */
    async replace() {
        await this.stop();
        await this.run(given('HOLDALL_E2E_NEWER'));
    }

    async stop() {
        if (!this.process || this.process.exitCode !== null) return;
        const ended = once(this.process, 'exit');
        this.process.kill('SIGTERM');
        await ended;
    }

    private async run(binary: string) {
        const settings = given('HOLDALL_E2E_S3').split(' ').map(setting => setting.split(/=(.*)/s).slice(0, 2) as [string, string]);
        const child = spawn(binary, {
            env: {
                PATH: process.env.PATH, HOME: this.data, HOLDALL_DATA: this.data, LEPTOS_SITE_ADDR: new URL(this.address).host,
                ...Object.fromEntries(settings),
                // Beside what other tests have in the bucket.
                HOLDALL_STATIC_LOCATION: 'replaced/static', HOLDALL_MEDIA_LOCATION: 'replaced/media', HOLDALL_PRIVATE_LOCATION: this.location,
            },
            stdio: 'ignore',
        });
        this.process = child;
        const ready = () => fetch(`${this.address}/health/ready`).then(answer => answer.ok, () => false);
        while (!(await ready())) {
            if (child.exitCode !== null) throw new Error(`${binary} has ended with ${child.exitCode}`);
            await new Promise(resolve => setTimeout(resolve, 50));
        }
    }
}
