import { execFileSync } from 'node:child_process';

import { choose, emptyTrash, expect, names, remove, signUp, someone, test, uploadByForm } from './holdall';
import { binary, sha256, text } from './samples';

/** The contents of an archive: the SHA-256 of each file by its path. */
function unpacked(path: string): Record<string, string> {
    const program = `
import hashlib, json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
print(json.dumps({name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}))`;
    return JSON.parse(execFileSync('python3', ['-c', program, path], { encoding: 'utf8' })) as Record<string, string>;
}

test('what is selected comes as one archive, and so does everything', async ({ page, context, javaScriptEnabled }) => {
    await signUp(page, someone());
    const files = [binary('photo.bin', 300_000), text('<letter> & שלום.txt'), text('empty', '')];
    await uploadByForm(context, files);
    await page.goto('/files');
    await expect(names(page)).toHaveCount(3);
    // In the archive, names are such that every system can make the file.
    const archived = (name: string) => name.replace(/[<>]/g, '_');
    const content = Object.fromEntries(files.map(({ name, buffer }) => [archived(name), sha256(buffer)]));

    await page.getByRole('checkbox', { name: 'Select photo.bin', exact: true }).check();
    await page.getByRole('checkbox', { name: 'Select <letter> & שלום.txt', exact: true }).check();
    if (javaScriptEnabled !== false) await expect(page.getByText('2 selected', { exact: true })).toBeVisible();
    const [selected] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download selected' }).click()]);
    expect(selected.suggestedFilename()).toMatch(/^Holdall \d{4}-\d\d-\d\d\.zip$/);
    const { empty, ...chosen } = content;
    expect(unpacked(await selected.path())).toEqual(chosen);

    const everything = page.getByRole('button', { name: 'Download everything' });
    // With scripts, it makes room for what is done with the selection.
    await expect(everything).toBeVisible({ visible: javaScriptEnabled === false });
    await page.getByRole('checkbox', { name: 'Select photo.bin', exact: true }).uncheck();
    await page.getByRole('checkbox', { name: 'Select <letter> & שלום.txt', exact: true }).uncheck();
    const [all] = await Promise.all([page.waitForEvent('download'), everything.click()]);
    expect(unpacked(await all.path())).toEqual({ empty, ...chosen });
    await expect(page).toHaveURL('/files');
});

test('nothing selected is said, and selecting all is one click', async ({ page, javaScriptEnabled }) => {
    const scripts = javaScriptEnabled !== false;
    await signUp(page, someone());
    await choose(page, scripts, [text('a.txt'), text('b.txt')]);
    await expect(names(page)).toHaveCount(2);
    await page.getByRole('button', { name: 'Download selected' }).click();
    await expect(page.getByText('Select something first.')).toBeVisible();
    await expect(names(page)).toHaveCount(2);

    const all = page.getByRole('checkbox', { name: 'Select all' });
    if (!scripts) {
        await expect(all).toHaveCount(0);
        return;
    }
    await all.check();
    await expect(page.getByText('2 selected', { exact: true })).toBeVisible();
    await page.getByRole('checkbox', { name: 'Select a.txt' }).uncheck();
    await expect(page.getByText('1 selected', { exact: true })).toBeVisible();
    await expect(all).not.toBeChecked();
    // The selection survives a reload of the list.
    await choose(page, scripts, text('c.txt'));
    await expect(names(page)).toHaveCount(3);
    await expect(page.getByRole('checkbox', { name: 'Select b.txt' })).toBeChecked();
    await expect(page.getByText('1 selected', { exact: true })).toBeVisible();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download selected' }).click()]);
    expect(download.suggestedFilename()).toBe('b.txt.zip');
    await expect(page.getByText('Select something first.')).toHaveCount(0);
});

test('an archive ends with what is in it, with a page that says so', async ({ page, javaScriptEnabled }) => {
    await signUp(page, someone());
    await choose(page, javaScriptEnabled !== false, text('a.txt'));
    await expect(names(page)).toHaveCount(1);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download everything' }).click()]);
    const address = download.url();
    await remove(page, 'a.txt');
    await emptyTrash(page);
    await page.goto(address);
    await expect(page.getByRole('heading', { name: 'This download is over' })).toBeVisible();
});
