// A Holdall of a test's own: a process that can be stopped, started again and replaced by another version over the same data.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Settings of Holdall, by the names of environment variables. */
export type Settings = Record<string, string>;

/** What end2end/run or a proof's script has set. */
export function given(variable: string): string {
    const value = process.env[variable];
    if (!value) throw new Error(`${variable} is not set: start the tests with end2end/run or script/test, a proof with its script`);
    return value;
}

async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    return port;
}

const running = new Set<ChildProcess>();
// Whatever ends the tests, what they started ends too.
process.on('exit', () => running.forEach(child => child.kill('SIGKILL')));

export class Site {
    private process?: ChildProcess;
    private output = '';

    private constructor(readonly address: string, private readonly data: string) {}

    /** One that does not run yet, at an address of its own and with its data in this folder. */
    static async at(data: string): Promise<Site> {
        return new Site(`http://127.0.0.1:${await freePort()}`, data);
    }

    /** The process that runs. */
    get pid(): number {
        if (!this.process?.pid) throw new Error(`nothing runs at ${this.address}`);
        return this.process.pid;
    }

    /** The last of what it has logged. */
    get log(): string {
        return this.output;
    }

    /** Starts the release that was built, or another version, and waits half a minute for it to be ready. */
    async start(settings: Settings, binary = given('HOLDALL_BINARY')) {
        const child = spawn(binary, {
            // None of the settings of whoever runs the tests.
            env: { PATH: process.env.PATH, HOME: this.data, HOLDALL_DATA: this.data, LEPTOS_SITE_ADDR: new URL(this.address).host, ...settings },
            stdio: ['ignore', 'pipe', 'pipe'],
        });
        this.process = child;
        running.add(child);
        child.on('exit', () => running.delete(child));
        for (const stream of [child.stdout, child.stderr]) stream.on('data', text => (this.output = `${this.output}${text}`.slice(-20_000)));
        const ready = () => fetch(`${this.address}/health/ready`, { signal: AbortSignal.timeout(5000) }).then(answer => answer.ok, () => false);
        const until = performance.now() + 30_000;
        while (!(await ready())) {
            if (child.exitCode !== null || performance.now() > until) throw new Error(`${binary} does not become ready: ${this.log}`);
            await pause(50);
        }
    }

    async stop() {
        if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return;
        const ended = once(this.process, 'exit');
        this.process.kill('SIGTERM');
        await ended;
    }
}
