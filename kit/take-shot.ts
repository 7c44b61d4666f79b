import type { Page } from 'playwright-core';
import type { Shot } from './protocol.ts';

const PAGE_FACTS = `(() => {
  const fields = [...document.querySelectorAll('input, textarea')];
  const values = fields.map((field) => field.value ?? '');
  const text = [document.body?.innerText ?? '', ...values].join('\\n');
  const filledPassword = fields.some((field) => field.type === 'password' && field.value !== '');
  return { title: document.title, text: text.slice(0, 1048576), filledPassword };
})()`;

/** Photographs a page as it is, with what the host needs to judge whether the picture may be kept. */
export async function takeShot(page: Page): Promise<Shot> {
  const png = await page.screenshot({ type: 'png', timeout: 10_000 });
  // Read after the photograph: what came on the page before it is in here, so nothing is kept that was not looked at.
  const facts = (await page.evaluate(PAGE_FACTS)) as { title: string; text: string; filledPassword: boolean };
  return { png: png.toString('base64'), ...facts };
}
