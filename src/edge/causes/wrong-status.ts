import type { RouteCauseKind } from './route-cause.ts';

export const wrongStatus: RouteCauseKind = {
  code: 'wrong-status',
  fault: 'recipe',
  meaning:
    'The app itself answers, with a status that does not count as healthy. It may be starting, so the wait lasts until its ' +
    'time-out; the evidence is the beginning of what it says.',
  hint: 'set health.path and health.ok in the recipe’s recipe.yaml if the app is healthy somewhere else',
  detect({ answer, url, accepted }) {
    const { status, fromProxy, body } = answer;
    if (status === undefined || fromProxy || (accepted.includes(status) && status !== 404)) return undefined;
    const lines = body.split('\n').map((line) => line.trim().slice(0, 200));
    return {
      service: '',
      sentence: `${url} answers ${status}, accepted are ${accepted.join(', ')}`,
      evidence: [`${status} ${url}`, ...lines.filter((line) => line !== '').slice(0, 5)],
      patienceMs: Infinity,
    };
  },
};
