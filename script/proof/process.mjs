// What processes use, as Linux tells it.

import { readFileSync, readdirSync } from 'node:fs';

/** Ticks of a second in which Linux counts a process' time; the same on every machine that it runs on. */
const TICKS = 100;

const field = (pid, name) => +new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1] / 1024;

/** The most memory that a process has had so far, in MiB. */
export const peak = pid => field(pid, 'VmHWM');

/** The memory that a process has now, in MiB. */
export const memory = pid => field(pid, 'VmRSS');

/** What follows a process' name in its line of figures: its state, its parent, … */
const stat = pid => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');

/** The seconds of processor that a process has used, its own and the kernel's for it. */
export const seconds = pid => (+stat(pid)[11] + +stat(pid)[12]) / TICKS;

/** The same of everything that a process has started and that still runs. */
export function secondsBelow(pid) {
    const found = new Map();
    for (const name of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
        try {
            found.set(+name, { parent: +stat(name)[1], used: seconds(name) });
        } catch {
            // It ended meanwhile.
        }
    }
    const isBelow = one => found.has(one) && (found.get(one).parent === pid || isBelow(found.get(one).parent));
    return [...found].filter(([one]) => isBelow(one)).reduce((sum, [, { used }]) => sum + used, 0);
}

/** How busy the machine was in the last minute. */
export const load = () => +readFileSync('/proc/loadavg', 'utf8').split(' ')[0];
