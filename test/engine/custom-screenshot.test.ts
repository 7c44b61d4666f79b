import { readdir, readFile, stat } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PreparedBrowser, prepareBrowser, takeScreenshot } from '../../src/custom/screenshot.ts';
import { DOMAIN, type FakeApp, runRecipeTests, startFakeApp } from '../custom/fake-app.ts';

const PAGES: Readonly<Record<string, string>> = {
  '/': '<title>Shop</title><h1>Welcome</h1>',
  '/blank': '<title>Nothing</title>',
  '/late': '<title>Late</title><script>setTimeout(() => { document.body.innerText = "here"; }, 1200);</script>',
  '/filled': '<input type="password" value="letmein">',
  '/secret': '<p>The admin password is correct-horse-battery</p>',
  '/outside': '<h1>Outside</h1><img src="https://elsewhere.example/x.png">',
};
const serve: RequestListener = (request, response) => {
  response.setHeader('content-type', 'text/html');
  response.end(PAGES[request.url ?? ''] ?? 'no such page');
};

let app: FakeApp;
let browser: PreparedBrowser;
beforeAll(async () => {
  app = await startFakeApp(serve);
  browser = prepareBrowser(app.target);
});
afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  const left = (await readdir(tmpdir())).filter((name) => name.includes(`sandbox-${app.target.runId}-`));
  await app[Symbol.asyncDispose]();
  expect(left).toEqual([]);
});

const take = (path: string, secrets: readonly string[] = []) =>
  browser.take(join(app.directory, `shot${path.replace('/', '-')}.png`), {
    path,
    secrets,
    signal: new AbortController().signal,
  });

describe('the photograph of the app', () => {
  test('is a PNG of 1280 × 800 with its title', async () => {
    const shot = await take('/');
    expect(shot).toMatchObject({ title: 'Shop', blank: false });
    if ('error' in shot) throw new Error(shot.error);
    const png = await readFile(shot.file);
    expect([png.readUInt32BE(16), png.readUInt32BE(20), png.length]).toEqual([1280, 800, shot.bytes]);
  });
  test('says when the page is blank', async () => {
    expect(await take('/blank')).toMatchObject({ title: 'Nothing', blank: true });
  });
  test('is taken again when a page fills late', async () => {
    expect(await take('/late')).toMatchObject({ title: 'Late', blank: false });
  });
  test.each([
    ['/filled', /filled password field/],
    ['/secret', /one of the run's secrets/],
  ])('is not kept when the page shows credentials: %s', async (path, reason) => {
    expect(await take(path, ['correct-horse-battery'])).toMatchObject({ error: expect.stringMatching(reason) });
    await expect(stat(join(app.directory, `shot${path.replace('/', '-')}.png`))).rejects.toThrow('ENOENT');
  });
  test('of a page without the secret is kept: the check before can fail', async () => {
    expect(await take('/secret', ['another-secret'])).toMatchObject({ blank: false });
  });
  test('is an error when the browser cannot trust the router', async () => {
    await using other = await startFakeApp(serve);
    const target = { ...other.target, authorityFile: app.target.authorityFile };
    const shot = await takeScreenshot(target, join(app.directory, 'other.png'), {
      path: '/',
      secrets: [],
      signal: new AbortController().signal,
    });
    expect(shot).toMatchObject({ error: expect.stringMatching(/ERR_CERT_AUTHORITY_INVALID/) });
  });
});

test('a recipe test opens a page of the app, and of nothing else', async () => {
  const report = await runRecipeTests(app, {
    'page.test.ts': `
      import { app, assert, page, test } from 'cc-ci/kit';
      test('the front page', async () => {
        await using tab = await page();
        await tab.goto('/');
        assert.equal(await tab.title(), 'Shop');
        await tab.screenshot({ path: '/out/front.png' });
      });
      test('elsewhere', async () => {
        await using tab = await page();
        await assert.rejects(tab.goto('https://elsewhere.example/'), /ERR_TUNNEL_CONNECTION_FAILED/);
      });`,
  });
  expect(report.broken).toBeUndefined();
  expect(report.cases.map(({ name, outcome, detail }) => [name, outcome, detail])).toEqual([
    ['the front page', 'passed', undefined],
    ['elsewhere', 'passed', undefined],
  ]);
  expect(report.attachments).toEqual(['front.png']);
  expect(report.refused).toContain('elsewhere.example:443');
  expect(app.target.domain).toBe(DOMAIN);
});
