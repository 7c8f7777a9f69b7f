// Figures: statistics, and how they are printed.

import { loadavg } from 'node:os';

export const sum = (numbers: number[]): number => numbers.reduce((sum, number) => sum + number, 0);

export const median = (numbers: number[]): number => numbers.slice().sort((one, other) => one - other)[Math.floor(numbers.length / 2)];

/** Prints a heading, with the machine's load average over the last minute. */
export function title(words: string) {
    console.log(`\n${words} (load ${loadavg()[0].toFixed(2)})`);
}

/** Prints a figure, with a remark beside it. */
export function line(what: string, figure: string, beside = '') {
    console.log(`  ${what.padEnd(50)} ${figure.padStart(18)}   ${beside}`);
}
