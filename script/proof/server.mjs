// Holdall as a process of the environment's settings, and its SQLite database while nobody has it open.

import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Where it answers. */
export const site = `http://${process.env.LEPTOS_SITE_ADDR}`;
const data = process.env.HOLDALL_DATA;
const database = join(data, 'holdall.db');

const running = new Set();
// Whatever ends this, what it started ends too.
process.on('exit', () => running.forEach(child => child.kill('SIGKILL')));

/** Runs `holdall WORD...` with these settings besides. */
export const run = (words, settings) => start(process.env.HOLDALL_BINARY, words, settings);

/** Runs a command; `ended` says how it ended and what it said. */
export function start(command, words, settings = {}) {
    const child = spawn(command, words, { env: { ...process.env, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', text => (said = (said + text).slice(-20_000)));
    const ended = new Promise(resolve => child.on('close', (code, signal) => {
        running.delete(child);
        resolve({ code, signal, said });
    }));
    return { child, ended };
}

/** Waits until a server answers that it is ready: half a minute at most, and no longer than it lives. */
export async function ready({ ended }) {
    let end;
    void ended.then(how => (end = how));
    const until = performance.now() + 30_000;
    while (!(await fetch(`${site}/health/ready`, { signal: AbortSignal.timeout(5000) }).then(answer => answer.ok, () => false))) {
        if (end || performance.now() > until) throw new Error(`Holdall does not become ready: ${end?.said ?? 'it is still trying'}`);
        await pause(10);
    }
}

/** What a query finds, in a copy of the database: looking changes nothing of what a killed server left. */
export function rows(query) {
    const folder = mkdtempSync(join(process.env.HOME ?? tmpdir(), 'look.'));
    try {
        for (const end of ['', '-wal']) {
            if (existsSync(database + end)) copyFileSync(database + end, join(folder, `copy${end}`));
        }
        return JSON.parse(python(join(folder, 'copy'), query));
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/** Changes the database itself. */
export const change = statements => void python(database, statements);

function python(path, statements) {
    const program = `
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.row_factory = sqlite3.Row
found = []
for statement in sys.argv[2].split(";"):
    found = [dict(row) for row in db.execute(statement)]
db.commit()
print(json.dumps(found))`;
    return execFileSync('python3', ['-c', program, path, statements], { encoding: 'utf8', maxBuffer: 1 << 28 });
}
