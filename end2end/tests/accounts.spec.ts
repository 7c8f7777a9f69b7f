import { choose, expect, file, fillSignIn, fillSignUp, heading, holdBrowserHalf, open, running, signOut, signUp, someone, test } from './holdall';
import { text } from './samples';

const MISMATCH = /That email and password do not match/;

test('sign up says at each field what is wrong, and keeps what was typed but the password', async ({ page }) => {
    await page.goto('/sign-up');
    const [name, email, password] = ['Name', 'Email', 'Password'].map(label => page.getByLabel(label, { exact: true }));
    await fillSignUp(page, { name: 'x'.repeat(10_000), email: 'ada@example.org', password: 'nine char' });
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect(name).toHaveAccessibleDescription(/Use at most 200 characters\./);
    await expect(password).toHaveAccessibleDescription(/Use 10 characters or more\./);
    await expect(name).toHaveAttribute('aria-invalid', 'true');
    await expect(password).toHaveAttribute('aria-invalid', 'true');
    await expect(email).not.toHaveAttribute('aria-invalid');
    await expect(name).toHaveValue('x'.repeat(10_000));
    await expect(email).toHaveValue('ada@example.org');
    await expect(password).toHaveValue('');

    await fillSignUp(page, { name: 'Ada', email: 'ada@example.org', password: 'x'.repeat(5000) });
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect(password).toHaveAccessibleDescription(/Use at most 1,000 characters\./);
    await expect(name).not.toHaveAttribute('aria-invalid');
});

test('an email address is taken in any letter case', async ({ page, newVisitor }) => {
    const ada = someone();
    await signUp(page, ada);
    const other = await newVisitor();
    await other.goto('/sign-up');
    await fillSignUp(other, { ...someone('Another'), email: ada.email.toUpperCase() });
    await other.getByRole('button', { name: 'Create account' }).click();
    await expect(other.getByLabel('Email', { exact: true })).toHaveAccessibleDescription(/There is an account with this address already/);
    await expect(other.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Another');
});

test('a wrong password and an unknown email get the same answer', async ({ page }) => {
    const ada = someone();
    await signUp(page, ada);
    await signOut(page);
    await page.goto('/sign-in');
    for (const wrong of [{ ...ada, password: 'not her password' }, someone()]) {
        await fillSignIn(page, wrong);
        await expect(page.getByText(MISMATCH)).toBeVisible();
        await expect(page.getByLabel('Email', { exact: true })).toHaveValue(wrong.email);
        await expect(page.getByLabel('Password', { exact: true })).toHaveValue('');
    }
    await fillSignIn(page, ada);
    await expect(heading(page, 'Files')).toBeVisible();
});

test('signing in leads to the page one wanted, and never to another site', async ({ page }) => {
    const ada = someone();
    await signUp(page, ada);
    await signOut(page);
    await page.goto('/account');
    await expect(heading(page, 'Sign in')).toBeVisible();
    await fillSignIn(page, { ...ada, password: 'a wrong password' });
    await expect(page.getByText(MISMATCH)).toBeVisible();
    await fillSignIn(page, ada);
    await expect(page).toHaveURL('/account');
    await expect(heading(page, 'Account')).toBeVisible();
    for (const evil of ['//example.com', '/\\example.com', 'https://example.com/']) {
        await signOut(page);
        await page.goto(`/sign-in?next=${encodeURIComponent(evil)}`);
        await fillSignIn(page, ada);
        await expect(page).toHaveURL('/files');
    }
});

test('a person changes their name', async ({ page }) => {
    await signUp(page, someone('Ada Byron'));
    await open(page, 'Account');
    const name = page.getByRole('textbox', { name: 'Name', exact: true });
    await expect(name).toHaveValue('Ada Byron');
    await name.fill('x'.repeat(201));
    await page.getByRole('button', { name: 'Save name' }).click();
    await expect(name).toHaveAccessibleDescription(/Use at most 200 characters\./);
    await expect(name).toHaveValue('x'.repeat(201));
    await name.fill('Ada <b>Lovelace</b> 🎒');
    await page.getByRole('button', { name: 'Save name' }).click();
    await expect(page.getByText('Your name is changed.')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Ada <b>Lovelace</b> 🎒' })).toBeVisible();
    await page.reload();
    await expect(name).toHaveValue('Ada <b>Lovelace</b> 🎒');
});

test('the page that answers a form which was sent before the page ran goes on as any other', async ({ page, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'the page never runs');
    await signUp(page, someone());
    const pass = await holdBrowserHalf(page);
    await page.goto('/account', { waitUntil: 'commit' });
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(' ');
    await page.getByRole('button', { name: 'Save name' }).click();
    await expect(page).toHaveURL('/account/name');
    await expect(page.getByText('Please fill this in.')).toBeVisible();
    pass();
    // By its own address it can be reloaded, too.
    await expect(page).toHaveURL('/account');
    await expect(page.getByText('Please fill this in.')).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Ada King');
    await page.getByRole('button', { name: 'Save name' }).click();
    await expect(page.getByText('Your name is changed.')).toBeVisible();
});

test('a changed password ends the sessions on other devices', async ({ page, newVisitor }) => {
    const ada = someone();
    await signUp(page, ada);
    const elsewhere = await newVisitor();
    await elsewhere.goto('/sign-in');
    await fillSignIn(elsewhere, ada);
    await expect(heading(elsewhere, 'Files')).toBeVisible();

    await open(page, 'Account');
    const [current, next] = ['Current password', 'New password'].map(label => page.getByLabel(label));
    const change = page.getByRole('button', { name: 'Change password' });
    const renewed = { ...ada, password: 'a new and better password' };
    await current.fill('not the current one');
    await next.fill(renewed.password);
    await change.click();
    await expect(current).toHaveAccessibleDescription(/This is not your current password/);
    await current.fill(ada.password);
    await next.fill('too short');
    await change.click();
    await expect(next).toHaveAttribute('aria-invalid', 'true');
    await current.fill(ada.password);
    await next.fill(renewed.password);
    await change.click();
    await expect(page.getByText('Your password is changed. All other devices are signed out.')).toBeVisible();
    await page.reload();
    await expect(heading(page, 'Account')).toBeVisible();

    await elsewhere.goto('/account');
    await expect(heading(elsewhere, 'Sign in')).toBeVisible();
    await fillSignIn(elsewhere, ada);
    await expect(elsewhere.getByText(MISMATCH)).toBeVisible();
    await fillSignIn(elsewhere, renewed);
    await expect(heading(elsewhere, 'Account')).toBeVisible();
});

test('a page that runs sends one to sign in once the session has ended', async ({ page, context, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'there is no page that runs');
    await signUp(page, someone());
    await running(page);
    await open(page, 'Account');
    await context.clearCookies();
    await page.getByRole('button', { name: 'Save name' }).click();
    await expect(heading(page, 'Sign in')).toBeVisible();
    await expect(page).toHaveURL('/sign-in?next=%2Faccount');

    await signUp(page, someone());
    await running(page);
    await open(page, 'Account');
    await context.clearCookies();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Files' }).click();
    await expect(heading(page, 'Sign in')).toBeVisible();
    await expect(page).toHaveURL('/sign-in?next=%2Ffiles');
});

test('signing out ends the session on the server, not in the browser alone', async ({ page, context }) => {
    await signUp(page, someone());
    const cookies = await context.cookies();
    expect(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([{ httpOnly: true, sameSite: 'Lax' }]);
    await signOut(page);
    await context.addCookies(cookies);
    await page.goto('/files');
    await expect(heading(page, 'Sign in')).toBeVisible();
});

test('whoever signs out sees the landing page, whatever the page hears first', async ({ page, javaScriptEnabled }) => {
    test.skip(javaScriptEnabled === false, 'without scripts a page hears nothing');
    await signUp(page, someone());
    // Only a hydrated page uploads a file as soon as it is chosen.
    await choose(page, true, text('a file.txt'));
    await expect(file(page, 'a file.txt')).toBeVisible();
    await open(page, 'Account');
    // The session ends, but the response to the form is lost: the page learns of it from a server function.
    await page.route('**/sign-out', async route => { await route.fetch({ maxRedirects: 0 }); });
    await page.evaluate(() => {
        const links = ['/files', '/account'].map(path => document.querySelector<HTMLElement>(`nav a[href="${path}"]`)!);
        const goOn = () => setInterval(() => { links.reverse(); links[1].click(); }, 200);
        document.addEventListener('submit', goOn, { once: true });
    });
    await page.getByRole('button', { name: 'Sign out' }).click({ noWaitAfter: true });
    await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
    await expect(page).toHaveURL('/');
});
