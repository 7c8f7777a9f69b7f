// The resources that processes use, from Linux, and from the browser for its own processes.

import { readFileSync } from 'node:fs';

import type { Browser } from '@playwright/test';

import { sum } from './figures';

/** The clock ticks per second in which Linux counts processor time; the same on all supported machines. */
const TICKS = 100;

const field = (pid: number, name: string): number => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found![1]) / 1024;
};

/** The peak memory of a process, in MiB. */
export const peak = (pid: number): number => field(pid, 'VmHWM');

/** The current memory of a process, in MiB. */
export const memory = (pid: number): number => field(pid, 'VmRSS');

/** The processor time of a process in seconds, in user and kernel mode. */
export function seconds(pid: number): number {
    // The process's name, which may contain spaces, precedes the fields in parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return (Number(stat[11]) + Number(stat[12])) / TICKS;
}

/** The total processor time of a browser's running processes, in seconds. */
export async function secondsOf(browser: Browser): Promise<number> {
    const session = await browser.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    await session.detach();
    return sum(processInfo.map(({ cpuTime }) => cpuTime));
}
