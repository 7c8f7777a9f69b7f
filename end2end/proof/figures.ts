// Figures: what is made of several, and how they are printed.

import { loadavg } from 'node:os';

export const sum = (numbers: number[]): number => numbers.reduce((sum, number) => sum + number, 0);

export const median = (numbers: number[]): number => numbers.slice().sort((one, other) => one - other)[Math.floor(numbers.length / 2)];

/** Prints the title of what was measured, and how busy the machine was in the last minute. */
export function title(words: string) {
    console.log(`\n${words} (load ${loadavg()[0].toFixed(2)})`);
}

/** Prints a figure, and what stands beside it. */
export function line(what: string, figure: string, beside = '') {
    console.log(`  ${what.padEnd(50)} ${figure.padStart(18)}   ${beside}`);
}
