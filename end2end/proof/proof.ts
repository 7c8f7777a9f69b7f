// Shared by the proofs: sites that are stopped at the end of a proof, the amount of data, and waiting for uploads.

import { expect, test as base, type Page } from '@playwright/test';

import { Site } from '../tests/site';
import { status } from '../tests/tray';

export { expect };

/** Whether to use less data, so that a run takes minutes. */
export const SHORT = process.env.HOLDALL_PROOF_SHORT === 'short';

export const MIB = 1 << 20;

/** The part size of the files that are sent here, in bytes. */
export const PART = 8 * MIB;

interface Fixtures {
    /** A Holdall that is not started yet, and is stopped at the end of the proof. */
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

/** The status on the page when no upload is in progress. */
export const ENDED = /^\d+ files? (not )?uploaded$/;

/** Waits until no upload is in progress; fails unless the status is `words`. */
export async function uploaded(page: Page, words: string) {
    await expect(status(page)).toHaveText(ENDED, { timeout: 10 * 60_000 });
    expect(await status(page).textContent()).toBe(words);
}

/** Calls `work` for each item, `width` at a time. */
export async function abreast<T>(width: number, items: T[], work: (item: T) => Promise<void>) {
    const left = items.slice();
    const worker = async () => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
    };
    await Promise.all(Array.from({ length: width }, worker));
}
