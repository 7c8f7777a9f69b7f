// Files opened in a tab and names as they are read: sound plays, and nothing hides an ending.

import { addressOf, choose, expect, names, signUp, someone, test } from './holdall';
import { text, tone } from './samples';

test('sound opened in a tab plays and can be wound', async ({ page, place, javaScriptEnabled }) => {
    test.skip(place !== 'local', 'one that streams is enough');
    await signUp(page, someone());
    await choose(page, javaScriptEnabled !== false, tone('tone.wav', 8));
    await expect(names(page)).toHaveText(['tone.wav']);
    await page.goto(await addressOf(page, 'tone.wav'));
    const player = page.locator('video, audio');
    await player.evaluate(async element => {
        const media = element as HTMLMediaElement;
        // Browsers play what is muted without a click.
        media.muted = true;
        await media.play();
    });
    const position = () => player.evaluate(element => (element as HTMLMediaElement).currentTime);
    await expect.poll(position).toBeGreaterThan(0.2);
    await player.evaluate(element => { (element as HTMLMediaElement).currentTime = 6; });
    await expect.poll(position).toBeGreaterThan(6);
});

test('an override of the direction does not hide what a name ends in', async ({ page, javaScriptEnabled }) => {
    await signUp(page, someone());
    const name = 'annexe\u202egpj.exe';
    await choose(page, javaScriptEnabled !== false, text(name));
    await expect(names(page)).toHaveText([name]);
    for (const path of ['/files', await addressOf(page, name, 'about'), await addressOf(page, name, 'delete')]) {
        await page.goto(path);
        const shown = page.locator('bdi').filter({ hasText: name }).first();
        await expect(shown).toBeVisible();
        // The first letter of “gpj.exe” stands left of its last, as it was typed.
        const [first, last] = await shown.evaluate(element => {
            const texts = [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE && node.textContent !== '');
            const [node, range] = [texts.at(-1)!, document.createRange()];
            const left = (at: number) => {
                range.setStart(node, at);
                range.setEnd(node, at + 1);
                return range.getBoundingClientRect().left;
            };
            return [left(0), left(node.textContent!.length - 1)];
        });
        expect(first, path).toBeLessThan(last);
    }
});
