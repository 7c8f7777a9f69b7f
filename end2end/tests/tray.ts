// The tray, and a network as slow as a test needs it.

import type { Locator, Page } from '@playwright/test';

export const tray = (page: Page): Locator => page.getByRole('region', { name: 'Uploads', exact: true });
export const unfinished = (page: Page): Locator => page.getByRole('region', { name: 'Unfinished uploads' });
export const status = (page: Page): Locator => tray(page).getByRole('status');
export const row = (page: Page, name: string): Locator => tray(page).getByRole('listitem').filter({ hasText: name });

export const position = (page: Page, name: string): Promise<number> =>
    tray(page).getByRole('progressbar', { name: `Progress of ${name}` }).evaluate(bar => (bar as HTMLProgressElement).position);

/** Lets the page send this many bytes a second; 0 is no limit. */
export async function upstream(page: Page, bytes: number) {
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
        offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes || -1,
    });
}

/** Counts the bytes of parts that have arrived from this page, from now on. */
export function arrivals(page: Page): () => number {
    let bytes = 0;
    page.on('requestfinished', async request => {
        if (request.method() !== 'PUT') return;
        const answer = await request.response();
        if (answer?.ok()) bytes += Number((await request.allHeaders())['content-length']);
    });
    return () => bytes;
}

/** Picks the file of an unfinished upload again. */
export async function chooseAgain(page: Page, name: string, path: string) {
    await page.getByLabel(`Choose the file again: ${name}`).setInputFiles(path);
}
