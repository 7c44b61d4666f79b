import { createInterface } from 'node:readline';
import type { Page } from 'playwright-core';
import { launchChromium, VIEWPORT } from './chromium.ts';
import { startForwarder } from './forwarder.ts';
import type { BrowserOrder, ScreenshotOrder, ScreenshotRecord } from './protocol.ts';
import { takeShot } from './take-shot.ts';

/**
 * The program inside a screenshot's sandbox. The first line of stdin says for whom Chromium is started, at once; each later line
 * orders one photograph. An order for the URL that is already open waits for it to show something and takes it again.
 */

const SHOWS_SOMETHING = `document.body !== null &&
  (document.body.innerText.trim() !== '' || document.querySelector('img, svg, canvas, video, iframe') !== null)`;

let open: Page | undefined;
let openUrl: string | undefined;

for await (const line of createInterface({ input: process.stdin })) {
  try {
    if (open === undefined) open = await start(JSON.parse(line) as BrowserOrder);
    else write({ type: 'shot', ...(await photograph(open, JSON.parse(line) as ScreenshotOrder)) });
  } catch (error: unknown) {
    write({ type: 'error', message: error instanceof Error ? error.message : String(error) });
    if (open === undefined) break;
  }
}
process.exit(0);

async function start(order: BrowserOrder): Promise<Page> {
  await startForwarder();
  const browser = await launchChromium(order.host);
  const page = await browser.newPage({ viewport: VIEWPORT });
  write({ type: 'ready' });
  return page;
}

async function photograph(page: Page, order: ScreenshotOrder) {
  if (openUrl === order.url) {
    await page.waitForFunction(SHOWS_SOMETHING, undefined, { timeout: order.quietMs }).catch(() => undefined);
  } else {
    await page.goto(order.url, { waitUntil: 'load', timeout: order.loadMs });
    openUrl = order.url;
    // An app that keeps a connection open is never quiet; then it is photographed as it is.
    await page.waitForLoadState('networkidle', { timeout: order.quietMs }).catch(() => undefined);
  }
  return takeShot(page);
}

function write(record: ScreenshotRecord): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
