// A browser whose way to the local site leads through a proxy of the test.

import { test as base } from './holdall';
import { proxyBefore, type Proxy } from './proxy';
import { given } from './site';

export const test = base.extend<{ way: Proxy }>({
    way: async ({ place, javaScriptEnabled }, use, info) => {
        info.skip(place !== 'local' || javaScriptEnabled === false, 'once is enough, with scripts on');
        const proxy = await proxyBefore(given('HOLDALL_E2E_LOCAL'));
        await use(proxy);
        proxy.close();
    },
    baseURL: async ({ way }, use) => use(way.address),
});
