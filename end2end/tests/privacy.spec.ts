import { addressOf, choose, expect, names, privateKeys, signUp, someone, test } from './holdall';
import { text } from './samples';

test('nobody reads a private object by its key, at Holdall or at the bucket', async ({ page, baseURL, place, javaScriptEnabled }) => {
    const ada = someone();
    await signUp(page, ada);
    await choose(page, javaScriptEnabled !== false, text('secret.txt', 'a secret'));
    await expect(names(page)).toHaveText(['secret.txt']);
    const link = await addressOf(page, 'secret.txt');
    const [key] = privateKeys(place, ada);
    expect(key).toMatch(/^[0-9a-z]{2}\/[0-9a-z]{26}$/);

    const paths = [
        link, `/media/${key}`, `/static/${key}`, `/private/${key}`, `/media/private/${key}`, `/static/private/${key}`,
        `/media/../private/${key}`, `/static/../private/${key}`, `/media/..%2Fprivate%2F${key}`, `/static/..%2Fprivate%2F${key}`,
        `/static/%2e%2e/private/${key}`, `/files/${key}/content`, `/files/${key.slice(3)}/content`,
    ];
    // Her own session gives no access by the key, only by the link.
    const her = await page.request.get(link);
    expect(await her.text()).toBe('a secret');
    for (const path of paths) {
        for (const method of ['GET', 'HEAD']) {
            const answer = await fetch(baseURL + path, { method, redirect: 'manual' });
            expect([401, 404], `${method} ${path}`).toContain(answer.status);
            expect(await answer.text()).not.toContain('a secret');
        }
    }

    // moto lets anyone list regardless of the policy; there, only access to the object itself is tested.
    if (place === 'policy' || place === 'acl') {
        const object = await fetch(`${process.env.HOLDALL_E2E_MOTO}/${place}/private/${key}`);
        expect(object.status).toBe(403);
    } else if (place !== 'local') {
        const bucket = process.env.HOLDALL_E2E_BUCKET!;
        for (const address of [`${bucket}/private/${key}`, `${bucket}?list-type=2`, `${bucket}/?prefix=private%2F`]) {
            const answer = await fetch(address);
            expect(answer.status, address).toBe(403);
            expect(await answer.text()).not.toContain('a secret');
        }
    }
});

test('what is private is not kept by caches, and what a file holds does not run', async ({ page, javaScriptEnabled }) => {
    await signUp(page, someone());
    await choose(page, javaScriptEnabled !== false, { name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<!doctype html><script>alert(1)</script>') });
    await expect(names(page)).toHaveText(['page.html']);
    const answer = await page.request.get(await addressOf(page, 'page.html'));
    const headers = answer.headers();
    expect(headers['cache-control']).toMatch(/private|no-store/);
    expect(headers['content-disposition']).toMatch(/^attachment;/);
    expect(headers['content-type']).toBe('application/octet-stream');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain('sandbox');
});
