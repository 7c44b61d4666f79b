import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROUTE_CAUSES } from '../src/edge/causes/registry.ts';
import type { CauseWords } from '../src/swarm/causes/cause-kind.ts';
import { CAUSES, OTHER_CAUSES } from '../src/swarm/causes/registry.ts';

/** `npm run docs`: writes docs/causes.md anew from what each cause says of itself. A test holds the page against it. */

export const CAUSES_PAGE = join(import.meta.dirname, '../docs/causes.md');

const WIDTH = 120;

const INTRODUCTION = `# Causes

Why a stack did not come up, why an update did not hold, or why an app that is up does not serve. Each cause has a stable code,
says whose fault it is, and comes with evidence: the task's error, the last lines of its log or health check, or what the route
answered.

This page is made from the files in \`src/swarm/causes/\` and \`src/edge/causes/\`, one file per cause.

How the wait for a stack ends:

- A known cause ends it at once. What has no code is never guessed: it ends at the time-out as \`unknown\`.
- When several causes are seen, the first in time leads and the others are listed after it. A cause that explains another one of the
  same service is said instead of it: an exit because of the memory limit is a kill, not a crash. What the Swarm did because of a
  failure, such as a rollback, comes after that failure.
- A program may end while its database is still starting. Exits count towards a crash loop only from the moment all other services
  of the stack were ready, within a minute. Two are enough where every other service has a health check that passed, or where there
  is no other; three where “ready” only means that a program runs.
- The Swarm says “No such image” whatever the reason; the registry is then asked, and its answer is the cause. A run fetches its images
  before it deploys, so there the same causes are known even earlier.
- An Engine that is silent is asked again for what costs it nothing; without an answer to that either the run ends, 15 s after the call.
- A program without a health check counts as up when it has run for one second; five, if it has already ended before.
- A failed start whose error can only be the host's (a broken network driver, say) is the infrastructure's fault, whatever the
  section says.
- What heals by itself is a note in the verdict, not a cause.

How the wait for an app ends whose services are up:

- Two looks at the route, two seconds apart, have to agree on a cause.
- What only labels decide ends the wait then. A port that is not open where it should be does so ten seconds after a health check
  passed.
- Without a health check, work is the sign of a start: processor time, log lines, traffic, new processes, or a \`sleep\` that ends in
  time. An app that shows none of them, while no other service of its stack works hard, is given up after five to nine seconds. One
  that works is waited for until its TIMEOUT, and so is one that answers 502, 503 or 504, which mean “not yet”.
- A service that falls over meanwhile is named before what the route shows of it.

The figures are policies (\`src/swarm/observation.ts\`, \`src/edge/causes/patience.ts\`).`;

/** The whole page. Pure. */
export function renderCausesPage(): string {
  const sections = [
    ...group('Services that do not come up', CAUSES),
    ...group('Apps that are up and do not serve', ROUTE_CAUSES),
    ...group('Everything else', OTHER_CAUSES),
  ];
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

function group(title: string, causes: readonly CauseWords[]): readonly string[] {
  const sorted = causes.toSorted((left, right) => (left.code < right.code ? -1 : 1));
  return [`## ${title}`, ...sorted.map((cause) => renderSection(cause))];
}

function renderSection({ code, fault, meaning, shows, earliest, hint }: CauseWords): string {
  const items = [item('Shown by', shows), item('Known at the earliest', earliest), item('What to do', hint)];
  return [`### ${code}`, wrap(`Usual fault: ${fault}. ${meaning}`), items.join('\n')].join('\n\n');
}

function item(name: string, text: string): string {
  return wrap(`- ${name}: ${text.replace(/\.$/, '')}.`, '  ');
}

/** Breaks a line between words; what follows the first line is indented. */
function wrap(text: string, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = `${indent}${word}`;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

if (import.meta.main) await writeFile(CAUSES_PAGE, renderCausesPage());
