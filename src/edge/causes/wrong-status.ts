import { isFinalStatus } from './patience.ts';
import { isWrongAnswer, type RouteCauseKind } from './route-cause.ts';

export const wrongStatus: RouteCauseKind = {
  code: 'wrong-status',
  fault: 'recipe',
  meaning:
    'The app itself answers, with a status that does not count as healthy. While its stack works it may be starting, so ' +
    'then the wait goes on; the evidence is the beginning of what it says.',
  shows:
    'the same status over all looks, without the header or the text of the proxy, while no container of the stack works; 502, 503 and 504 mean “not yet” and are waited for until the time-out',
  earliest: '9 s after the stack has become idle',
  hint: 'set health.path and health.ok in the recipe’s recipe.yaml if the app is healthy somewhere else',
  detect(seen) {
    if (!isWrongAnswer(seen)) return undefined;
    const { answer, url, accepted, targets } = seen;
    const lines = answer.body.split('\n').map((line) => line.trim().slice(0, 200));
    return {
      service: targets.length === 1 ? (targets[0]?.service ?? '') : '',
      sentence: `${url} answers ${answer.status ?? '?'}, accepted are ${accepted.join(', ')}`,
      evidence: [`${answer.status ?? '?'} ${url}`, ...lines.filter((line) => line !== '').slice(0, 5)],
      final: isFinalStatus(seen),
    };
  },
};
