// How Playwright runs the proofs: one after another, each for as long as it takes. end2end/proof/run starts it.

import { join } from 'node:path';

import { defineConfig } from '@playwright/test';

import { given } from '../tests/site';

export default defineConfig({
    testDir: '.',
    // Files of many gigabytes in all: each proof's are gone before the next begins.
    outputDir: join(given('HOLDALL_PROOF_WORK'), 'runs'),
    preserveOutput: 'never',
    forbidOnly: !!process.env.CI,
    workers: 1,
    retries: 0,
    // What waits for the site has a limit of its own.
    timeout: 0,
    expect: { timeout: 30_000 },
    reporter: [['list']],
    use: {
        actionTimeout: 30_000,
        navigationTimeout: 30_000,
        launchOptions: { executablePath: process.env.HOLDALL_CHROMIUM || undefined },
    },
});
