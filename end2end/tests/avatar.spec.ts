import type { Page } from '@playwright/test';

import { expect, open, signUp, someone, test } from './holdall';
import { crc32, png, text, type Sample } from './samples';

const shown = (page: Page) => page.locator('main img.avatar');

async function send(page: Page, picture: Sample) {
    await page.getByLabel('Avatar').setInputFiles(picture);
    await page.getByRole('button', { name: 'Save avatar' }).click();
}

test('a picture of too many pixels is told as soon as it is chosen', async ({ page, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'a script looks at the picture');
    await signUp(page, someone());
    await open(page, 'Account');
    const avatar = page.getByLabel('Avatar');
    await avatar.setInputFiles(bomb('bomb.png'));
    await expect(avatar).toHaveAccessibleDescription(/This picture has more than 50 million pixels/);
    await avatar.setInputFiles(png('me.png'));
    await expect(avatar).not.toHaveAttribute('aria-invalid');
});

test('what is no good picture is refused at its field, and the old one stays', async ({ page }) => {
    await signUp(page, someone());
    await open(page, 'Account');
    await send(page, png('me.png'));
    await expect(page.getByText('Your picture is changed.')).toBeVisible();
    const before = await shown(page).getAttribute('src');

    const whole = png('me.png', 400, 400);
    const refused: [Sample, RegExp][] = [
        [text('not a picture.png'), /This is not a picture Holdall can read\. Choose a JPEG, PNG, WebP or GIF\./],
        [{ ...whole, name: 'cut.png', buffer: whole.buffer.subarray(0, whole.buffer.length / 2) }, /This picture is damaged or not complete/],
        [bomb('bomb.png'), /This picture has more than 50 million pixels/],
        [{ ...whole, name: 'large.png', buffer: Buffer.concat([whole.buffer, Buffer.alloc(10 << 20)]) }, /This is too large: the limit is 10 MiB\./],
        [text('empty.png', ''), /Choose a file first\./],
    ];
    for (const [picture, sentence] of refused) {
        await send(page, picture);
        await expect(page.getByLabel('Avatar')).toHaveAccessibleDescription(sentence);
        await expect(page.getByLabel('Avatar')).toHaveAttribute('aria-invalid', 'true');
        await expect(shown(page)).toHaveAttribute('src', before!);
    }
    expect((await fetch(new URL(before!, page.url()))).status).toBe(200);

    await send(page, whole);
    await expect(page.getByText('Your picture is changed.')).toBeVisible();
    await expect(page.getByLabel('Avatar')).not.toHaveAttribute('aria-invalid');
    await expect(shown(page)).not.toHaveAttribute('src', before!);
    // The old picture's objects are deleted.
    await expect.poll(async () => (await fetch(new URL(before!, page.url()))).status).toBe(404);
});

test('without a picture there are initials, and a picture can be taken away again', async ({ page }) => {
    await signUp(page, someone('Ada Lovelace'));
    await open(page, 'Account');
    await expect(page.locator('main .initials')).toHaveText('AL');
    await expect(page.getByRole('button', { name: 'Remove picture' })).toHaveCount(0);
    await send(page, png('me.png'));
    await expect(shown(page)).toBeVisible();
    await expect.poll(() => shown(page).evaluate(img => (img as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Remove picture' }).click();
    await expect(page.getByText('Your picture is removed.')).toBeVisible();
    await expect(page.locator('main .initials')).toHaveText('AL');
    await expect(shown(page)).toHaveCount(0);
});

/** A PNG whose header claims 20,000 × 20,000 pixels. */
function bomb(name: string): Sample {
    const sample = png(name, 4, 4);
    const buffer = Buffer.from(sample.buffer);
    buffer.writeUInt32BE(20_000, 16);
    buffer.writeUInt32BE(20_000, 20);
    buffer.writeUInt32BE(crc32(buffer.subarray(12, 29)), 29);
    return { ...sample, buffer };
}
