// The page that shows what is in a file: reached from the list, gone through by links and by keyboard, left to where one was.

import type { Page } from '@playwright/test';

import { choose, expect, file, heading, names, save, signUp, someone, test } from './holdall';
import { binary, png, sha256, text, tone, type Sample } from './samples';

/** A page of HTML that would run, if a browser took it as such. */
const DANGEROUS = text('page.html', '<!doctype html><script>document.title = "run"</script><img src=x onerror="document.title = \'run\'">');

async function keep(page: Page, scripts: boolean, samples: Sample[]) {
    for (const sample of samples) {
        await choose(page, scripts, sample);
        // What is sent to a bucket is looked into later.
        await expect(file(page, sample.name)).toHaveAttribute('href', sample.name.endsWith('.bin') ? /\/content$/ : /\/preview$/);
    }
}

const previous = (page: Page) => page.getByRole('link', { name: 'Previous file' });
const next = (page: Page) => page.getByRole('link', { name: 'Next file' });

test('files are looked into one after the other, and one comes back to the list', async ({ page, place, javaScriptEnabled }, info) => {
    const scripts = javaScriptEnabled !== false;
    await signUp(page, someone());
    const photo = png('photo.png', 1200, 800);
    await keep(page, scripts, [text('a.txt', 'Ein Gruß\n  aus Naxos\n'), photo, DANGEROUS, binary('z.bin')]);
    await page.goto('/files?sort=name');
    await expect(names(page)).toHaveText(['a.txt', 'page.html', 'photo.png', 'z.bin']);
    await file(page, 'a.txt').click();
    await expect(heading(page, 'a.txt')).toBeVisible();
    await expect(page).toHaveTitle('Preview · Holdall');
    await expect(page.locator('pre')).toHaveText('Ein Gruß\n  aus Naxos\n', { useInnerText: true });
    await expect(previous(page)).toHaveCount(0);
    await look(page, 'text', info.project.name);

    await next(page).click();
    await expect(heading(page, 'page.html')).toBeVisible();
    await expect(page.locator('pre')).toContainText('<script>document.title = "run"</script>');
    await expect(page).toHaveTitle('Preview · Holdall');

    await next(page).click();
    const picture = page.getByRole('img', { name: 'photo.png' });
    await expect.poll(() => picture.evaluate(element => (element as HTMLImageElement).naturalWidth), place).toBe(1200);
    await look(page, 'picture', info.project.name);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()]);
    expect(download.suggestedFilename()).toBe('photo.png');

    await next(page).click();
    await expect(page.getByText('Files of this kind cannot be shown here.')).toBeVisible();
    await expect(next(page)).toHaveCount(0);
    await look(page, 'nothing', info.project.name);
    await page.getByRole('link', { name: 'Back to the list' }).click();
    await expect(page).toHaveURL('/files?sort=name');
    expect((await save(page, 'photo.png')).sha256).toBe(sha256(photo.buffer));
});

async function look(page: Page, what: string, project: string) {
    for (const [name, width] of [['phone', 390], ['desktop', 1280]] as const) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${what}, ${name}`).toBe(0);
        await page.screenshot({ path: `test-results/screens/${project}/preview-${what}-${name}.png` });
    }
}

test('arrows lead on, and Escape leads back', async ({ page, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'keys need scripts');
    await signUp(page, someone());
    await keep(page, true, [text('one.txt'), text('two.txt')]);
    await file(page, 'two.txt').click();
    const shown = async (name: string) => {
        await expect(heading(page, name)).toBeVisible();
        // The script that hears the keys comes after what is shown.
        await page.waitForLoadState();
    };
    await shown('two.txt');
    await page.keyboard.press('ArrowRight');
    await shown('one.txt');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await shown('two.txt');
    await page.keyboard.press('Escape');
    await expect(heading(page, 'Files')).toBeVisible();
    await expect(names(page)).toHaveText(['two.txt', 'one.txt']);
});

test('a picture that the browser cannot draw says so', async ({ page, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'without scripts its name stands in its place');
    await signUp(page, someone());
    const whole = png('photo.png').buffer;
    // The sum of its head is wrong.
    whole[17]! ^= 1;
    await keep(page, true, [{ name: 'broken.png', mimeType: 'image/png', buffer: whole }]);
    await file(page, 'broken.png').click();
    await expect(page.getByText('Your browser cannot show this picture.')).toBeVisible();
    await expect(page.getByRole('img')).toHaveCount(0);
});

test('sound is played on the page', async ({ page, javaScriptEnabled }) => {
    await signUp(page, someone());
    await keep(page, javaScriptEnabled !== false, [tone('tone.wav', 2)]);
    await file(page, 'tone.wav').click();
    const player = page.locator('audio');
    await expect.poll(() => player.evaluate(element => (element as HTMLMediaElement).duration)).toBeCloseTo(2, 1);
    await player.evaluate(element => {
        (element as HTMLMediaElement).muted = true;
        return (element as HTMLMediaElement).play();
    });
    await expect.poll(() => player.evaluate(element => (element as HTMLMediaElement).currentTime)).toBeGreaterThan(0.2);
});
