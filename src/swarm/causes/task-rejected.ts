import { type CauseKind, evidenceOf, faultOfStart } from './cause-kind.ts';

/** Rejections that another file knows by name. */
const NAMED =
  /No such image|bind source path does not exist|ip addresses may be exhausted|exec: |already in use|already allocated/;

export const taskRejected: CauseKind = {
  code: 'task-rejected',
  fault: 'recipe',
  meaning:
    'The node refused, repeatedly, to make a container from the service, for a reason that has no code of its own.',
  shows: 'two tasks that are `rejected`',
  earliest: 'the second rejection: the first may be a hiccup',
  hint: 'the Engine gives the reason in the evidence',
  detect(service, stack) {
    const rejected = service.tasks.filter((task) => task.state === 'rejected' && !NAMED.test(task.error));
    const first = rejected[0];
    if (first === undefined || rejected.length < stack.policy.rejections) return undefined;
    return {
      atMs: first.atMs,
      sentence: `${service.service}: the node refuses the task: ${first.error}`,
      evidence: evidenceOf(first),
      fault: faultOfStart(first.error),
    };
  },
};
