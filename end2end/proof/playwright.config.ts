// Playwright's configuration for the proofs: one at a time, unless a script asks for more, and without a time limit.
// `end2end/proof/run` starts it.

import { join } from 'node:path';

import { defineConfig } from '@playwright/test';

import { given } from '../tests/site';

export default defineConfig({
    testDir: '.',
    // The files amount to many gigabytes, so those of each proof are removed before the next one starts.
    outputDir: join(given('HOLDALL_PROOF_WORK'), 'runs'),
    preserveOutput: 'never',
    forbidOnly: !!process.env.CI,
    workers: 1,
    retries: 0,
    // Waiting for the site has its own time limit.
    timeout: 0,
    expect: { timeout: 30_000 },
    reporter: [['list']],
    use: {
        actionTimeout: 30_000,
        navigationTimeout: 30_000,
        launchOptions: { executablePath: process.env.HOLDALL_CHROMIUM || undefined },
    },
});
