// How the pages look and read: sizes, keyboard, axe, and screenshots for people to check.

import AxeBuilder from '@axe-core/playwright';
import type { Page, TestInfo } from '@playwright/test';

import { addressOf, choose, expect, file, fillSignIn, heading, makeFolder, names, open, remove, signUp, someone, test, uploadByForm, type Person } from './holdall';
import { binary, png, text } from './samples';

test.skip(({ place }) => place === 'garage', 'pages look alike on every store; the run whose files come from another origin looks at them too');

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

interface View {
    name: string;
    show: (page: Page, person: Person) => Promise<void>;
}

const SIGNED_OUT: View[] = [
    {
        name: 'landing',
        show: async page => {
            await page.goto('/');
            await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        },
    },
    {
        name: 'sign-up',
        show: async page => {
            await page.goto('/sign-up');
            await expect(heading(page, 'Create an account')).toBeVisible();
        },
    },
    {
        name: 'sign-in-error',
        show: async page => {
            await page.goto('/sign-in');
            await fillSignIn(page, someone());
            await expect(page.getByText('That email and password do not match.')).toBeVisible();
        },
    },
    {
        name: 'not-found',
        show: async page => {
            await page.goto('/nothing');
            await expect(heading(page, 'Not found')).toBeVisible();
        },
    },
];

const LONG = `a-name-without-any-place-to-break-${'x'.repeat(180)}.bin`;

const WIDE = `a-folder-without-any-place-to-break-${'y'.repeat(180)}`;

const SIGNED_IN: View[] = [
    {
        name: 'files-empty',
        show: async page => {
            await page.goto('/files');
            await expect(page.getByRole('heading', { name: 'Nothing here yet' })).toBeVisible();
        },
    },
    {
        name: 'files',
        show: async page => {
            const samples = [
                text('wifi & door codes.txt'), png('floor plan.png'), binary('old laptop.zip', 812_000), text('שלום עולם.txt'),
                { ...text('Mietvertrag — unterschrieben.pdf'), buffer: Buffer.from('%PDF-1.7\n') }, binary(LONG, 1200), text('🎒 packing list.txt'),
            ];
            await page.goto('/files');
            if (await page.getByRole('table').count() === 0) {
                await uploadByForm(page.context(), samples);
                await page.reload();
            }
            await expect(names(page)).toHaveCount(samples.length);
        },
    },
    ...['floor plan.png', 'wifi & door codes.txt', LONG].map((name, at) => ({
        name: `preview-${['picture', 'text', 'nothing'][at]}`,
        show: async (page: Page) => {
            await page.goto('/files');
            await page.goto(await addressOf(page, name, 'preview'));
            await expect(heading(page, name)).toBeVisible();
        },
    })),
    {
        name: 'delete',
        show: async page => {
            await page.goto('/files');
            await page.goto((await page.getByRole('link', { name: `Delete ${LONG}` }).getAttribute('href'))!);
            await expect(heading(page, 'Delete this file?')).toBeVisible();
        },
    },
    {
        name: 'new-folder-error',
        show: async page => {
            await page.goto('/files/new-folder');
            await page.getByRole('textbox', { name: 'Folder name' }).fill('floor plan.png');
            await page.getByRole('button', { name: 'Create folder' }).click();
            await expect(page.getByText('There is a file or a folder of this name here already.')).toBeVisible();
        },
    },
    {
        name: 'folder-empty',
        show: async page => {
            await page.goto('/files');
            await makeFolder(page, 'Ferien');
            await expect(page.getByRole('heading', { name: 'Nothing here yet' })).toBeVisible();
        },
    },
    {
        name: 'folder',
        show: async page => {
            await page.goto('/files');
            await makeFolder(page, WIDE);
            await makeFolder(page, 'שנה שעברה');
            const list = new URL(page.url()).pathname;
            await makeFolder(page, '2024 🎒');
            await uploadByForm(page.context(), [text('letter.txt'), png('beach.png')], list);
            await page.goto(list);
            await expect(heading(page, 'שנה שעברה')).toBeVisible();
            await expect(names(page)).toHaveCount(3);
        },
    },
    {
        name: 'search',
        show: async page => {
            await page.goto('/search?words=place');
            await expect(page.locator('.hits a.hit')).toHaveCount(2);
        },
    },
    {
        name: 'rename-error',
        show: async page => {
            await page.goto('/files');
            await file(page, WIDE).click();
            await page.getByRole('link', { name: 'Rename', exact: true }).click();
            await page.getByLabel('Folder name').fill('floor plan.png');
            await page.getByRole('button', { name: 'Rename' }).click();
            await expect(page.getByText('There is a file or a folder of this name')).toBeVisible();
        },
    },
    {
        name: 'move',
        show: async page => {
            await page.goto('/files');
            await page.getByLabel('Select floor plan.png').check();
            await page.getByLabel(`Select ${LONG}`).check();
            await page.getByRole('button', { name: 'Move selected' }).click();
            await expect(heading(page, 'Move 2 items')).toBeVisible();
        },
    },
    {
        name: 'name-taken',
        show: async page => {
            await page.goto('/files');
            await makeFolder(page, 'Plans');
            await uploadByForm(page.context(), [text('floor plan.png'), text(LONG)], new URL(page.url()).pathname);
            await page.goto('/files');
            await page.getByLabel('Select floor plan.png').check();
            await page.getByLabel(`Select ${LONG}`).check();
            await page.getByRole('button', { name: 'Move selected' }).click();
            await expect(heading(page, 'Move 2 items')).toBeVisible();
            await page.getByRole('main').getByRole('link', { name: 'Plans' }).click();
            await page.getByRole('button', { name: 'Move to Plans' }).click();
            await expect(page.getByRole('heading', { name: 'is already in Plans' })).toBeVisible();
        },
    },
    {
        name: 'deleted',
        show: async page => {
            await page.goto('/files');
            await makeFolder(page, 'old things');
            await page.goto('/files');
            await remove(page, 'old things');
        },
    },
    {
        name: 'trash',
        show: async page => {
            await page.goto('/files');
            await file(page, WIDE).click();
            await expect(heading(page, WIDE)).toBeVisible();
            await uploadByForm(page.context(), [binary('gone.bin', 1_234_567), text(LONG)], new URL(page.url()).pathname);
            await page.reload();
            for (const name of ['gone.bin', LONG]) await remove(page, name);
            await page.goto('/trash');
            await expect(heading(page, 'Trash')).toBeVisible();
        },
    },
    {
        name: 'delete-for-ever',
        show: async page => {
            await page.goto('/files');
            await remove(page, WIDE);
            await page.goto('/trash');
            await page.getByRole('link', { name: `Delete ${WIDE} for ever` }).click();
            await expect(page.getByRole('button', { name: 'Delete 2 files and 3 folders' })).toBeVisible();
        },
    },
    {
        name: 'trash-restore',
        show: async page => {
            await page.goto('/trash');
            await page.getByRole('button', { name: 'Put back gone.bin' }).click();
            await expect(page.getByText('The folder that this was in is gone.')).toBeVisible();
        },
    },
    {
        name: 'account',
        show: async page => {
            await page.goto('/account');
            await expect(heading(page, 'Account')).toBeVisible();
            if (await page.locator('img.avatar').count() > 0) return;
            await page.getByLabel('Avatar').setInputFiles(png('me.png'));
            await page.getByRole('button', { name: 'Save avatar' }).click();
            await expect(page.getByText('Your picture is changed.')).toBeVisible();
            // A hydrated page confirms the change first, and loads the picture afterwards.
            await expect(page.locator('img.avatar')).toHaveCount(2);
            await expect(page.getByRole('button', { name: 'Remove picture' })).toBeVisible();
        },
    },
    {
        name: 'account-error',
        show: async page => {
            await page.goto('/account');
            await page.getByLabel('Current password').fill('not it');
            await page.getByLabel('New password').fill('short');
            await page.getByRole('button', { name: 'Change password' }).click();
            await expect(page.getByText('Use 10 characters or more.')).toBeVisible();
        },
    },
];

/** Opens every page in turn: the public ones first, then those of an account. */
async function eachPage(page: Page, scripts: boolean, look: (name: string) => Promise<void>) {
    const person = someone('Ada Lovelace');
    for (const view of SIGNED_OUT) {
        await view.show(page, person);
        await look(view.name);
    }
    await signUp(page, person);
    for (const view of SIGNED_IN) {
        await view.show(page, person);
        // Hydration adds the folder field to a list.
        if (scripts && await page.getByLabel('Choose files').count() > 0) await expect(page.getByText('Choose a folder')).toBeVisible();
        await look(view.name);
    }
}

function picture(info: TestInfo, name: string): string {
    return `test-results/screens/${info.project.name}/${name}.png`;
}

for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ['light', 'dark'] as const) {
        test(`axe finds nothing on any page, ${colorScheme}, ${size}`, async ({ page, javaScriptEnabled }, info) => {
            test.skip(javaScriptEnabled === false, 'axe is a script');
            test.setTimeout(120_000);
            await page.setViewportSize(viewport);
            await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
            await eachPage(page, javaScriptEnabled !== false, async name => {
                await page.screenshot({ path: picture(info, `${name}-${colorScheme}-${size}`) });
                const { violations } = await new AxeBuilder({ page }).analyze();
                const found = violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`));
                expect.soft(found, name).toEqual([]);
            });
        });
    }
}

test('no page is wider than its window, from small phone to wide screen', async ({ page, javaScriptEnabled }) => {
    test.setTimeout(120_000);
    await eachPage(page, javaScriptEnabled !== false, async name => {
        for (const width of [320, 390, 768, 1280, 1920]) {
            await page.setViewportSize({ width, height: 900 });
            const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            expect.soft(wider, `${name} at ${width}`).toBeLessThanOrEqual(0);
        }
        await page.setViewportSize(DESKTOP);
    });
});

test('the keyboard reaches everything, in order, and shows where it is', async ({ page, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'asked of the same pages with scripts on');
    test.setTimeout(120_000);
    await eachPage(page, javaScriptEnabled !== false, async name => {
        const expected = await page.evaluate(() => {
            const controls = document.querySelectorAll<HTMLElement>('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]');
            return [...controls].filter(control => control.checkVisibility({ visibilityProperty: true })).map((control, at) => {
                control.dataset.order = String(at);
                return at;
            });
        });
        // The browser continues from the last focused element, even if that was removed; so start at the very top.
        await page.evaluate(() => {
            const start = document.createElement('span');
            start.tabIndex = -1;
            document.body.prepend(start);
            start.focus();
            start.remove();
        });
        const reached: number[] = [];
        for (let at = 0; at < expected.length; at++) {
            await page.keyboard.press('Tab');
            const here = await page.evaluate(() => {
                const control = document.activeElement as HTMLElement;
                const visible = (of: Element) => {
                    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(of);
                    return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
                };
                // The focus ring of a hidden file field may be shown by its label or by the button beside it.
                const shows = [control, control.parentElement, control.nextElementSibling, control.previousElementSibling].some(of => of && visible(of));
                return { order: Number(control.dataset.order), shows, what: control.outerHTML.slice(0, 120) };
            });
            expect.soft(here.shows, `${name}: ${here.what} shows that it has the focus`).toBe(true);
            reached.push(here.order);
        }
        expect.soft(reached, name).toEqual(expected);
    });
});

test('pages for people who are signed out load no wasm and no script', async ({ page }) => {
    const loaded: string[] = [];
    page.on('request', request => loaded.push(`${request.resourceType()} ${new URL(request.url()).pathname}`));
    for (const view of SIGNED_OUT) await view.show(page, someone());
    await page.waitForLoadState('networkidle');
    expect(loaded.filter(line => /^(script|fetch|xhr) |\.(js|wasm)(\.(gz|br))?$/.test(line))).toEqual([]);
    // This shows that the test above would notice the files: pages that need them do load them.
    await signUp(page, someone());
    await page.waitForLoadState('networkidle');
    expect(loaded.some(line => /\.js(\.(gz|br))?$/.test(line))).toBe(true);
});

test('pages read well without scripts', async ({ page, javaScriptEnabled }, info) => {
    test.skip(javaScriptEnabled !== false, 'scripts are on');
    await eachPage(page, javaScriptEnabled !== false, async name => {
        await page.screenshot({ path: picture(info, name) });
        await expect(page.getByText('Loading…')).toHaveCount(0);
        await expect(page.getByRole('main')).toBeVisible();
    });
});

test('times are UTC from the server and one’s own once the page runs', async ({ page, javaScriptEnabled }) => {
    await signUp(page, someone());
    await choose(page, javaScriptEnabled !== false, text('letter.txt'));
    await expect(file(page, 'letter.txt')).toBeVisible();
    const time = page.getByRole('row').nth(1).locator('time');
    await expect(time).toHaveAttribute('datetime', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    await page.reload();
    await expect(time).toHaveText(javaScriptEnabled === false ? /^\d{1,2} \w{3} \d{4}$/ : /^\d{1,2} \w{3,4} \d{4}, \d{1,2}:\d\d/);
    await open(page, 'Account');
});
