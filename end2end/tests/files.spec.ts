import { mkdirSync, writeFileSync } from 'node:fs';

import { addressOf, choose, emptyTrash, expect, file, heading, names, nothingHere, open, privateKeys, remove, save, signUp, someone, test, trashIsEmpty, uploadByForm } from './holdall';
import { binary, sha256, text } from './samples';

/** Names that a disk can hold, and two with a slash, which only programs can send. */
const NAMES = [
    '</title>.txt', '../../etc/passwd', '"><img src=x onerror=alert(1)>.txt', '100%.txt', 'a%2Fb', 'שלום עולם.txt', '🎒👩‍👩‍👧.png',
    'back\\slash\\', ' spaces  around .txt', "semi;colon='quote'", 'a"quote".txt', '.hidden', 'é'.repeat(127),
];

test('names of any characters come back as they were', async ({ page, javaScriptEnabled }, info) => {
    const scripts = javaScriptEnabled !== false;
    await signUp(page, someone());
    const folder = info.outputPath('names');
    mkdirSync(folder, { recursive: true });
    const paths = [];
    for (const name of NAMES.filter(name => !name.includes('/'))) {
        writeFileSync(`${folder}/${name}`, `This is ${name}.\n`);
        paths.push(`${folder}/${name}`);
    }
    await choose(page, scripts, paths);
    const listed = NAMES.filter(name => !name.includes('/'));
    // Scripts upload in parallel, so the list is in order of arrival.
    await expect.poll(async () => (await names(page).allTextContents()).sort()).toEqual([...listed].sort());
    const order = await names(page).allTextContents();

    for (const name of listed) {
        const link = names(page).nth(order.indexOf(name));
        const answer = await page.request.get((await link.getAttribute('href'))!.replace('/preview', '/content'));
        expect(await answer.text()).toBe(`This is ${name}.\n`);
        const header = answer.headers()['content-disposition'];
        expect(decodeURIComponent(/filename\*=UTF-8''([^;]*)/.exec(header)![1])).toBe(name);
    }
    await expect(page).toHaveTitle('Files · Holdall');
    expect((await save(page, '100%.txt')).name).toBe('100%.txt');
    expect((await save(page, 'שלום עולם.txt')).name).toBe('שלום עולם.txt');

    // So do the page that asks before it is deleted, what is said afterwards, and the trash.
    const bin = page.getByRole('link', { name: 'Delete "><img src=x onerror=alert(1)>.txt', exact: true });
    const asked = (await bin.getAttribute('href'))!;
    await page.goto(asked);
    const shown = page.getByRole('main').getByText('"><img src=x onerror=alert(1)>.txt', { exact: true });
    await expect(shown).toBeVisible();
    await page.goto('/files');
    await remove(page, '"><img src=x onerror=alert(1)>.txt');
    await open(page, 'Trash');
    await expect(shown).toBeVisible();
});

test('names with a slash are names like others', async ({ page, context, javaScriptEnabled }) => {
    await signUp(page, someone());
    const slashed = NAMES.filter(name => name.includes('/'));
    await uploadByForm(context, slashed.map(name => text(name)));
    await page.reload();
    await expect(names(page)).toHaveText([...slashed].reverse());
    for (const name of slashed) expect((await save(page, name)).sha256).toBe(sha256(text(name).buffer));
    // Chromium lets pages create such files as well, and reports their names unchanged or with “:” in place of “/”.
    await choose(page, javaScriptEnabled !== false, text('"><script>alert(1)</script>.txt'));
    await expect(names(page)).toHaveCount(slashed.length + 1);
    await expect(names(page).first()).toHaveText(/^"><script>alert\(1\)<[/:]script>\.txt$/);
});

test('the same name again is kept beside the first', async ({ page, javaScriptEnabled }) => {
    const scripts = javaScriptEnabled !== false;
    await signUp(page, someone());
    const [first, second, third] = [binary('report.pdf'), binary('report.pdf'), binary('REPORT.pdf')];
    await choose(page, scripts, first);
    await expect(names(page)).toHaveText(['report.pdf']);
    await choose(page, scripts, second);
    await expect(names(page)).toHaveText(['report (1).pdf', 'report.pdf']);
    await choose(page, scripts, third);
    await expect(names(page)).toHaveText(['REPORT (2).pdf', 'report (1).pdf', 'report.pdf']);
    expect((await save(page, 'report.pdf')).sha256).toBe(sha256(first.buffer));
    expect((await save(page, 'report (1).pdf')).sha256).toBe(sha256(second.buffer));
    expect((await save(page, 'REPORT (2).pdf')).sha256).toBe(sha256(third.buffer));
});

test('what is deleted goes to the trash, and is gone for ever once that is emptied', async ({ page, place, javaScriptEnabled }) => {
    const ada = someone();
    await signUp(page, ada);
    await choose(page, javaScriptEnabled !== false, text('letter.txt'));
    const [link, question] = [await addressOf(page, 'letter.txt'), await addressOf(page, 'letter.txt', 'delete')];
    await page.goto(question);
    await expect(heading(page, 'Delete this file?')).toBeVisible();
    await expect(page).toHaveTitle('Delete · Holdall');
    await page.getByRole('link', { name: 'Cancel' }).click();
    await expect(file(page, 'letter.txt')).toBeVisible();

    await remove(page, 'letter.txt');
    await expect(nothingHere(page)).toBeVisible();
    await expect(page).toHaveURL('/files');
    expect((await page.request.get(link)).status()).toBe(404);
    expect(privateKeys(place, ada)).toHaveLength(1);
    await emptyTrash(page);
    await trashIsEmpty(page);
    await expect.poll(() => privateKeys(place, ada)).toEqual([]);
    await page.goto(link.replace('/content', '/delete'));
    await expect(heading(page, 'Not found')).toBeVisible();
});

test('a form without a file says so', async ({ page, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled !== false, 'where the page runs, the button lets one choose');
    await signUp(page, someone());
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await expect(page.getByLabel('Choose files')).toHaveAccessibleDescription('Choose a file first.');
});

test('fifty files make a page, and next and previous lead through all of them', async ({ page, context }) => {
    await signUp(page, someone());
    const files = Array.from({ length: 120 }, (_, at) => text(`file ${at + 1}.txt`, `${at + 1}`));
    await uploadByForm(context, files);
    const newestFirst = files.map(({ name }) => name).reverse();
    const [older, newer] = ['Next', 'Previous'].map(name => page.getByRole('link', { name, exact: true }));
    await page.goto('/files');
    await expect(names(page)).toHaveText(newestFirst.slice(0, 50));
    await expect(newer).toHaveCount(0);
    await older.click();
    await expect(names(page)).toHaveText(newestFirst.slice(50, 100));
    await older.click();
    await expect(names(page)).toHaveText(newestFirst.slice(100));
    await expect(older).toHaveCount(0);
    await page.reload();
    await expect(names(page)).toHaveText(newestFirst.slice(100));
    await newer.click();
    await expect(names(page)).toHaveText(newestFirst.slice(50, 100));
    await page.goBack();
    await expect(names(page)).toHaveText(newestFirst.slice(100));
});
