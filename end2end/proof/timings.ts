// What a page's own clock says of an upload.

import type { Page } from '@playwright/test';

import { uploaded } from './proof';

declare global {
    interface Window {
        /** When files were chosen, and when the page called them uploaded. */
        timed: { chosen: number; whole: number };
    }
}

/** Seconds since the files were chosen. */
export interface Timings {
    /** When the first part began. */
    first: number;
    /** When the last one ended. */
    last: number;
    /** When all of it was called uploaded. */
    whole: number;
    /** How many parts were under way on average between `first` and `last`. */
    abreast: number;
}

/** Uploads files, and waits for these words. Where the browser noted no parts, only `whole` means something. */
export async function timed(page: Page, paths: string | string[], words: string): Promise<Timings> {
    await page.evaluate(words => {
        performance.clearResourceTimings();
        performance.setResourceTimingBufferSize(100_000);
        window.timed = { chosen: NaN, whole: NaN };
        document.addEventListener('change', () => (window.timed.chosen = performance.now()), { once: true, capture: true });
        const observer = new MutationObserver(() => {
            if (document.querySelector('[aria-label="Uploads"] [role=status]')?.textContent !== words) return;
            window.timed.whole = performance.now();
            observer.disconnect();
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    }, words);
    await page.getByLabel('Choose files').setInputFiles(paths);
    await uploaded(page, words);
    return page.evaluate(() => {
        const { chosen, whole } = window.timed;
        const puts = (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter(entry => entry.initiatorType === 'xmlhttprequest');
        const since = (time: number) => (time - chosen) / 1000;
        const [first, last] = [Math.min(...puts.map(put => put.startTime)), Math.max(...puts.map(put => put.responseEnd))];
        const abreast = puts.reduce((sum, { duration }) => sum + duration, 0) / (last - first);
        return { first: since(first), last: since(last), whole: since(whole), abreast };
    });
}
