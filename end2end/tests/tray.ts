// The tray, and throttling the network.

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import type { CDPSession, Locator, Page, TestInfo } from '@playwright/test';

import { randomFile } from './samples';

export const tray = (page: Page): Locator => page.getByRole('region', { name: 'Uploads', exact: true });
export const unfinished = (page: Page): Locator => page.getByRole('region', { name: 'Unfinished uploads' });
export const status = (page: Page): Locator => tray(page).getByRole('status');
export const row = (page: Page, name: string): Locator => tray(page).getByRole('listitem').filter({ hasText: name });

export const position = (page: Page, name: string): Promise<number> =>
    tray(page).getByRole('progressbar', { name: `Progress of ${name}` }).evaluate(bar => (bar as HTMLProgressElement).position);

export interface Kept {
    name: string;
    path: string;
    sha256: string;
    size: number;
}

/** A file of random bytes on disk: large files cannot be passed to the browser in another way. */
export function onDisk(info: TestInfo, name: string, size: number): Kept {
    const path = info.outputPath(name);
    mkdirSync(dirname(path), { recursive: true });
    return { name, path, size, sha256: randomFile(path, size) };
}

// One session for each page: network conditions belong to a session, so that a second one, or Playwright's
// `setOffline`, would conflict.
const sessions = new WeakMap<Page, CDPSession>();

async function network(page: Page, conditions: { offline: boolean; uploadThroughput: number }) {
    const session = sessions.get(page) ?? await page.context().newCDPSession(page);
    sessions.set(page, session);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', { latency: 0, downloadThroughput: -1, ...conditions });
}

/** Limits the page's upload speed to this many bytes per second; 0 removes the limit. */
export const upstream = (page: Page, bytes: number) => network(page, { offline: false, uploadThroughput: bytes || -1 });

/** Disconnects the page. Chromium does not cut requests in transfer, but nearly stops them. */
export const offline = (page: Page) => network(page, { offline: true, uploadThroughput: 1000 });

declare global {
    interface Window {
        /** The number of body bytes that this page has sent and the server has accepted. */
        taken?: number;
    }
}

/** Counts the bytes of parts that arrive from this page, from now until it is left. */
export async function arrivals(page: Page): Promise<() => Promise<number>> {
    const before = await page.evaluate(() => {
        if (window.taken === undefined) {
            window.taken = 0;
            const { send } = XMLHttpRequest.prototype;
            XMLHttpRequest.prototype.send = function (body) {
                this.addEventListener('load', () => {
                    const size = body instanceof ArrayBuffer ? body.byteLength : body instanceof Blob ? body.size : 0;
                    if (this.status >= 200 && this.status < 300) window.taken! += size;
                });
                send.call(this, body);
            };
        }
        return window.taken;
    });
    return async () => (await page.evaluate(() => window.taken!)) - before;
}

/** Picks the file of an incomplete upload again. */
export async function chooseAgain(page: Page, name: string, path: string) {
    await page.getByLabel(`Choose the file again: ${name}`).setInputFiles(path);
}
