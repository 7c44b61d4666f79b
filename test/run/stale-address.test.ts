import { expect, test } from 'vitest';
import { findClients } from '../../src/run/plan/clients.ts';
import type { Observation, Plan } from '../../src/run/types.ts';
import { judge } from '../../src/run/verdict/judge.ts';
import { GREEN, greenFacts, samplePlan } from './support.ts';

const adapted: Partial<Plan> = {
  adaptations: [{ service: 'db', change: 'endpoint-mode-dnsrr', detail: 'no IPVS' }],
  head: { ...samplePlan().head, services: ['app', 'db'], clients: [{ service: 'app', of: ['db'] }] },
};

/** An upgrade that replaced some services and then did not serve. */
function notServing(replaced: readonly string[]): Observation[] {
  return GREEN.upgrade.map((fact): Observation => {
    if (fact.fact === 'deployed') return { ...fact, replaced };
    if (fact.fact !== 'served') return fact;
    return { ...fact, ok: false, answers: fact.answers.map((answer) => ({ ...answer, status: 500 })) };
  });
}

test('a client that kept running while its server was replaced is not blamed on a kernel without IPVS', () => {
  const verdict = judge(samplePlan(adapted), greenFacts({ upgrade: notServing(['db']) }));
  expect(verdict).toMatchObject({ verdict: 'error', fault: 'cc-ci', level: 1 });
  expect(verdict.sentence).toContain('app kept running');
});

test('a client that was replaced itself is blamed', () => {
  const verdict = judge(samplePlan(adapted), greenFacts({ upgrade: notServing(['app', 'db']) }));
  expect(verdict).toMatchObject({ verdict: 'failure', fault: 'recipe' });
});

test('on a kernel with IPVS nothing is excused', () => {
  const verdict = judge(samplePlan({ ...adapted, adaptations: [] }), greenFacts({ upgrade: notServing(['db']) }));
  expect(verdict).toMatchObject({ verdict: 'failure', fault: 'recipe' });
});

test('who talks to whom is read from host names, not from parts of other words', () => {
  const service = (environment: Record<string, string>) => ({ image: 'x', environment });
  const stack = {
    version: '3.8',
    services: {
      app: service({ URL: 'postgres://user@s_db:5432/x', OTHER: 'cache' }),
      web: service({ FILE: '/run/secrets/db_password' }),
      db: service({}),
      cache: { image: 'x', depends_on: ['db'] },
    },
    networks: {},
    volumes: {},
    secrets: {},
    configs: {},
  };
  expect(findClients(stack, 's')).toEqual([
    { service: 'app', of: ['db', 'cache'] },
    { service: 'cache', of: ['db'] },
  ]);
});
