import { defineConfig } from '@playwright/test';

import type { Place } from './tests/holdall';

/** An address that end2end/run has set. */
function address(variable: string): string {
    const value = process.env[variable];
    if (!value) throw new Error(`${variable} is not set: start the tests with end2end/run or script/test`);
    return value;
}

const local = { baseURL: address('HOLDALL_E2E_LOCAL'), place: 'local' as const };
const garage = { baseURL: address('HOLDALL_E2E_GARAGE'), place: 'garage' as const };
const redirect = { baseURL: address('HOLDALL_E2E_REDIRECT'), place: 'redirect' as const };
const policy = { baseURL: address('HOLDALL_E2E_POLICY'), place: 'policy' as const };
const acl = { baseURL: address('HOLDALL_E2E_ACL'), place: 'acl' as const };
const cdn = { baseURL: address('HOLDALL_E2E_CDN'), place: 'cdn' as const };

/** Playwright's own browser, which it takes unless another is named, has none. */
const withoutWindows = !process.env.HOLDALL_CHROMIUM || process.env.HOLDALL_CHROMIUM.includes('headless-shell');

export default defineConfig<{ place: Place }>({
    testDir: 'tests',
    outputDir: 'test-results/runs',
    forbidOnly: !!process.env.CI,
    fullyParallel: true,
    // Many tests wait for a slow network, or for a pause before another attempt. A browser with windows is twice the work.
    workers: withoutWindows ? 3 : 2,
    retries: 0,
    // The timeouts are for machines that are busy.
    timeout: 90_000,
    expect: { timeout: 25_000 },
    reporter: [['list']],
    use: {
        viewport: { width: 1280, height: 800 },
        locale: 'en-GB',
        timezoneId: 'Europe/Helsinki',
        colorScheme: 'light',
        actionTimeout: 25_000,
        navigationTimeout: 25_000,
        // Recording each test costs a sixth of the time. Of one that fails: end2end/run --trace=on --last-failed
        trace: 'off',
        screenshot: 'only-on-failure',
        launchOptions: {
            executablePath: process.env.HOLDALL_CHROMIUM || undefined,
            args: [
                '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
                '--disable-component-update', '--disable-sync',
            ],
        },
    },
    projects: [
        { name: 'scripts-on', use: local },
        { name: 'scripts-off', use: { ...local, javaScriptEnabled: false } },
        { name: 'garage', use: garage },
        // Downloads by the bucket's signed addresses: the main walk, and what is shown of files.
        { name: 'redirect', use: redirect, testMatch: ['journey.spec.ts', 'preview.spec.ts'] },
        // What is public comes from another origin.
        { name: 'policy', use: policy },
        // Differs from the policy in how public files are made public, and in nothing else.
        { name: 'acl', use: acl, testMatch: ['journey.spec.ts', 'exposure.spec.ts', 'privacy.spec.ts', 'avatar.spec.ts'] },
        { name: 'cdn', use: cdn, testMatch: ['journey.spec.ts', 'exposure.spec.ts', 'privacy.spec.ts'] },
    ],
});
