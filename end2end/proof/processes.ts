// What processes use, as Linux tells it, and a browser's own as it tells it itself.

import { readFileSync } from 'node:fs';

import type { Browser } from '@playwright/test';

import { sum } from './figures';

/** Ticks of a second in which Linux counts a process' time; the same on every machine that it runs on. */
const TICKS = 100;

const field = (pid: number, name: string): number => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found![1]) / 1024;
};

/** The most memory that a process has had so far, in MiB. */
export const peak = (pid: number): number => field(pid, 'VmHWM');

/** The memory that a process has now, in MiB. */
export const memory = (pid: number): number => field(pid, 'VmRSS');

/** The seconds of processor that a process has used, its own and the kernel's for it. */
export function seconds(pid: number): number {
    // Its name, which may have spaces, stands in brackets before these.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return (Number(stat[11]) + Number(stat[12])) / TICKS;
}

/** The same of all processes of a browser that still run. */
export async function secondsOf(browser: Browser): Promise<number> {
    const session = await browser.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    await session.detach();
    return sum(processInfo.map(({ cpuTime }) => cpuTime));
}
