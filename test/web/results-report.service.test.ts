import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath } from '../../kit/chromium.ts';
import { writeArtifacts } from '../../src/results/artifacts.ts';
import { redRun } from '../results/samples.ts';

let browser: Browser;
let directory: string;
let report: string;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: await chromiumPath(), args: ['--no-sandbox'] });
  directory = await mkdtemp(join(tmpdir(), 'cc-ci-report-'));
  const notes = [
    '<script>document.title = "owned"</script><img src="https://evil.example/x">',
    'long '.repeat(200),
    'x'.repeat(400),
  ];
  await writeArtifacts(directory, redRun({ notes }), { screenshot: PIXEL });
  report = pathToFileURL(join(directory, 'report.html')).href;
});

afterAll(async () => {
  await browser.close();
  await rm(directory, { recursive: true });
});

/** The smallest PNG: one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Opens the report as a reader would, shows it to `look`, and closes it again. */
async function open<T>(options: BrowserContextOptions, look: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(report);
  const seen = await look(page);
  await context.close();
  return seen;
}

describe('report.html in a browser', () => {
  it('fetches nothing, complains of nothing and runs no script of a log', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url().slice(0, 22)));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(report);
    expect(requests.filter((url) => !url.startsWith('data:image/png;base64,'))).toEqual([report.slice(0, 22)]);
    expect(complaints).toEqual([]);
    expect(await page.title()).toBe('notebook 1.2.0+16.1: failure');
    expect(await page.locator('aside img').evaluate((img) => 'naturalWidth' in img && img.naturalWidth)).toBe(1);
    await context.close();
  });

  it('opens its folds without scripts', async () => {
    await open({ javaScriptEnabled: false }, async (page) => {
      const check = page.getByText('GET / answered 200 in 14 ms');
      expect(await check.isVisible()).toBe(false);
      await page.locator('summary', { hasText: 'install' }).click();
      expect(await check.isVisible()).toBe(true);
    });
  });

  it('shows on paper what is folded on the screen', async () => {
    await open({}, async (page) => {
      const cell = page.getByRole('rowheader', { name: 'plant canaries', includeHidden: true });
      const check = page.getByText('GET / answered 200 in 14 ms');
      expect([await check.isVisible(), await cell.isVisible()]).toEqual([false, false]);
      await page.emulateMedia({ media: 'print' });
      expect([await check.isVisible(), await cell.isVisible()]).toEqual([true, true]);
    });
  });

  it.each([1280, 390])('needs no sideways scrolling of the page at %i px', async (width) => {
    const excess = await open({ viewport: { width, height: 800 } }, (page) =>
      page.locator('html').evaluate((root) => root.scrollWidth - root.clientWidth),
    );
    expect(excess).toBe(0);
  });

  it.each(['light', 'dark'] as const)('has enough contrast wherever there is text, %s', async (colorScheme) => {
    const poor = await open({ colorScheme }, (page) => page.locator('body').evaluate(poorContrast));
    expect(poor).toEqual([]);
  });
});

/** What the check below needs of the browser's types. */
interface PageElement {
  readonly tagName: string;
  readonly textContent: string | null;
  readonly parentElement: PageElement | null;
  readonly childNodes: Iterable<{ readonly nodeType: number; readonly textContent: string | null }>;
  closest(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}
declare const getComputedStyle: (
  element: PageElement,
) => Readonly<Record<'color' | 'fill' | 'backgroundColor', string>>;

/** Texts of the page whose colour is too near to what lies behind them (WCAG AA, 4.5 : 1). Runs inside the page. */
function poorContrast(body: PageElement): string[] {
  const parse = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const light = (colour: readonly number[]) => {
    const [red = 0, green = 0, blue = 0] = colour.map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element: PageElement | null): number[] => {
    if (element === null) return [255, 255, 255];
    const colour = parse(getComputedStyle(element).backgroundColor);
    return (colour[3] ?? 1) > 0.9 ? colour : behind(element.parentElement);
  };
  const poor = new Set<string>();
  for (const element of body.querySelectorAll('*')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '');
    if (!own || element.closest('style, defs') !== null) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parse(element.closest('svg') === null ? style.color : style.fill)), light(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) poor.add(`${element.tagName} ${contrast.toFixed(2)}: ${element.textContent?.slice(0, 40)}`);
  }
  return [...poor];
}
