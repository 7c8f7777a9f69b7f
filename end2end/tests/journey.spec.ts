import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import { addressOf, choose, expect, file, fillSignIn, heading, names, nothingHere, open, save, signOut, signUp, someone, test } from './holdall';
import { png, sha256, text } from './samples';

test('a person shows a face and keeps files that nobody else sees', async ({ page, newVisitor, javaScriptEnabled }, info) => {
    test.setTimeout(180_000);
    const scripts = javaScriptEnabled !== false;
    const ada = someone();
    await signUp(page, ada);

    await open(page, 'Account');
    await page.getByLabel('Avatar').setInputFiles(png('me.png'));
    await page.getByRole('button', { name: 'Save avatar' }).click();
    await expect(page.getByText('Your picture is changed.')).toBeVisible();
    const pictures = page.locator('img.avatar');
    await expect(pictures).toHaveCount(2);
    const address = new URL((await pictures.first().getAttribute('src'))!, page.url());
    // Anyone may see the picture.
    const passerBy = await newVisitor();
    await passerBy.goto('/sign-in');
    const picture = await passerBy.evaluate(async address => {
        const answer = await fetch(address, { credentials: 'omit', cache: 'no-store' });
        const [type, caching] = ['content-type', 'cache-control'].map(name => answer.headers.get(name));
        return { status: answer.status, type, caching, bytes: (await answer.arrayBuffer()).byteLength };
    }, address.href);
    expect(picture).toMatchObject({ status: 200, type: 'image/jpeg', caching: expect.stringContaining('immutable') });
    expect(picture.bytes).toBeGreaterThan(100);

    await open(page, 'Files');
    await expect(nothingHere(page)).toBeVisible();
    const big = { name: 'fifty mebibytes.bin', path: info.outputPath('fifty mebibytes.bin'), bytes: randomBytes(50 << 20) };
    writeFileSync(big.path, big.bytes);
    const hostile = text('"><script>alert(1)</script>.txt');
    const empty = text('nothing in it.txt', '');
    await choose(page, scripts, big.path);
    await expect(file(page, big.name)).toBeVisible({ timeout: 90_000 });
    await choose(page, scripts, [empty, hostile]);
    await expect(names(page)).toHaveText([hostile.name, empty.name, big.name]);
    await expect(page.getByRole('row').filter({ hasText: big.name }).getByRole('cell', { name: '52 MB' })).toBeVisible();

    expect((await save(page, big.name)).sha256).toBe(sha256(big.bytes));
    expect((await save(page, empty.name)).sha256).toBe(sha256(empty.buffer));
    expect((await save(page, hostile.name)).sha256).toBe(sha256(hostile.buffer));
    const links = await Promise.all([big, empty, hostile].map(({ name }) => addressOf(page, name)));

    await signOut(page);
    for (const link of links) {
        await page.goto(link);
        await expect(heading(page, 'Sign in')).toBeVisible();
        expect((await fetch(new URL(link, page.url()))).status).toBe(401);
    }

    const stranger = await newVisitor();
    await signUp(stranger, someone('Stranger'));
    await expect(nothingHere(stranger)).toBeVisible();
    const made_up = links[0].replace(/[^/]+(?=\/content)/, '0'.repeat(26));
    for (const link of [...links, made_up]) {
        const answer = await stranger.goto(link);
        expect(answer!.status()).toBe(404);
        await expect(heading(stranger, 'Not found')).toBeVisible();
    }

    // Signing in leads to the page that was requested, and the files are still there.
    await page.goto('/files');
    await fillSignIn(page, ada);
    await expect(names(page)).toHaveText([hostile.name, empty.name, big.name]);
});
