// The timing of an upload, by the page's own clock.

import type { Page } from '@playwright/test';

import { uploaded } from './proof';

declare global {
    interface Window {
        /** When files were chosen, and when the page reported them as uploaded, in milliseconds. */
        timed: { chosen: number; whole: number };
    }
}

/** Times in seconds, counted from when the files were chosen. */
export interface Timings {
    /** When the first part started. */
    first: number;
    /** When the last part ended. */
    last: number;
    /** When the page reported all files as uploaded. */
    whole: number;
    /** The average number of parts in transfer between `first` and `last`. */
    abreast: number;
}

/**
 * Uploads files, and waits for the status `words`. If the browser has recorded no parts, only `whole` is meaningful.
 */
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
