// What the proofs share: sites that end with the proof, how much they send, and waiting for uploads.

import { expect, test as base, type Page } from '@playwright/test';

import { Site } from '../tests/site';
import { status } from '../tests/tray';

export { expect };

/** Whether there is less of everything, so that it takes minutes. */
export const SHORT = process.env.HOLDALL_PROOF_SHORT === 'short';

export const MIB = 1 << 20;

/** The size of a part of the files that are sent here. */
export const PART = 8 * MIB;

interface Fixtures {
    /** A Holdall that does not run yet; it is stopped when the proof ends. */
    newSite: () => Promise<Site>;
}

export const test = base.extend<Fixtures>({
    newSite: async ({}, use, info) => {
        const sites: Site[] = [];
        await use(async () => {
            const site = await Site.at(info.outputPath(`site ${sites.length}`));
            sites.push(site);
            return site;
        });
        for (const site of sites) await site.stop();
    },
});

/** What the page says once nothing is under way. */
export const ENDED = /^\d+ files? (not )?uploaded$/;

/** Waits until nothing is under way; fails where that is not what was hoped for. */
export async function uploaded(page: Page, words: string) {
    await expect(status(page)).toHaveText(ENDED, { timeout: 10 * 60_000 });
    expect(await status(page).textContent()).toBe(words);
}

/** Calls `work` with each of these, so many at a time. */
export async function abreast<T>(width: number, items: T[], work: (item: T) => Promise<void>) {
    const left = items.slice();
    const worker = async () => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
    };
    await Promise.all(Array.from({ length: width }, worker));
}
