// A Holdall for one test: a process that can be stopped, restarted, and replaced by another version on the same data.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Settings of Holdall, by environment variable. */
export type Settings = Record<string, string>;

/** A variable that `end2end/run` or a proof's script has set. */
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
// However the tests end, the processes they started end, too.
process.on('exit', () => running.forEach(child => child.kill('SIGKILL')));

export class Site {
    private process?: ChildProcess;
    private output = '';

    private constructor(readonly address: string, private readonly data: string) {}

    /** A site that is not started yet, at a free address, with its data in this folder. */
    static async at(data: string): Promise<Site> {
        return new Site(`http://127.0.0.1:${await freePort()}`, data);
    }

    /** The id of the running process. */
    get pid(): number {
        if (!this.process?.pid) throw new Error(`nothing runs at ${this.address}`);
        return this.process.pid;
    }

    /** The end of its log. */
    get log(): string {
        return this.output;
    }

    /** Starts the built release, or another version, and waits up to half a minute until it is ready. */
    async start(settings: Settings, binary = given('HOLDALL_BINARY')) {
        const child = spawn(binary, {
            // Without any settings from the tests' own environment. All visitors of the tests come from one address.
            env: { PATH: process.env.PATH, HOME: this.data, HOLDALL_DATA: this.data, LEPTOS_SITE_ADDR: new URL(this.address).host, HOLDALL_SIGN_UPS_PER_HOUR: '10000', ...settings },
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
