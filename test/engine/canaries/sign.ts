/**
 * What the recorder beside a run has seen, dated by the recorder's own clock (Unix milliseconds, when it heard of it).
 * `service` is the key in the stack file, empty where a sign belongs to no service.
 */
export type Sign = { readonly atMs: number; readonly service: string } & (
  | {
      /** An event of a container or a service of the stack, such as `die`, `oom` or `health_status: unhealthy`. */
      readonly sign: 'event';
      readonly action: string;
      readonly attributes: Readonly<Record<string, string>>;
    }
  | {
      /** A task was seen in another state, or with another error, than before. */
      readonly sign: 'task';
      readonly task: string;
      readonly state: string;
      readonly error: string;
    }
  | { readonly sign: 'update'; readonly state: string }
  /** All services of the stack have as many running tasks as they want. */
  | { readonly sign: 'up' }
  /** What the app's URL answered, whenever that changed; no status means no answer. */
  | { readonly sign: 'answer'; readonly status: number | undefined }
  /** What the run said it began: the only outside sign of what the Engine never hears of. `start` is the process itself. */
  | { readonly sign: 'step'; readonly name: string }
  /** What the ground of a canary has seen itself, such as a registry that was asked. */
  | { readonly sign: 'ground'; readonly what: string }
);

/** Recognises a sign; what was seen before it may matter. */
export type SignTest = (sign: Sign, before: readonly Sign[]) => boolean;

/** A task in a state, with an error that matches where one is given. */
export function taskIs(state: string, error: RegExp = /(?:)/): SignTest {
  return (sign) => sign.sign === 'task' && sign.state === state && error.test(sign.error);
}

/** An event of a container or service. */
export function eventIs(action: string): SignTest {
  return (sign) => sign.sign === 'event' && sign.action === action;
}

/** The n-th end of a container of a service. */
export function exitNumber(count: number, service = 'app'): SignTest {
  const isEnd: SignTest = (sign) => sign.sign === 'event' && sign.action === 'die' && sign.service === service;
  return (sign, before) => isEnd(sign, before) && before.filter((one) => isEnd(one, [])).length === count - 1;
}

/** A container ended by itself with this exit code. */
export function exitWith(code: number): SignTest {
  return (sign) => sign.sign === 'event' && sign.action === 'die' && sign.attributes['exitCode'] === String(code);
}

/** An update state of the Engine, by its beginning. */
export function updateIs(state: string): SignTest {
  return (sign) => sign.sign === 'update' && sign.state.startsWith(state);
}

/** The first answer that is none of a healthy app, from the moment on that all its services were up. */
export const wrongAnswer: SignTest = (sign, before) =>
  (sign.sign === 'answer' || sign.sign === 'up') && isWrong(sign, before);

function isWrong(sign: Sign, before: readonly Sign[]): boolean {
  const up = sign.sign === 'up' || before.some((one) => one.sign === 'up');
  const last = [...before, sign].findLast((one) => one.sign === 'answer');
  const well = last?.sign === 'answer' && last.status !== undefined && last.status < 300;
  return up && last !== undefined && !well;
}

/** The run began a step: for what it finds out before the Engine has anything to show. */
export function stepIs(name: string): SignTest {
  return (sign) => sign.sign === 'step' && sign.name === name;
}

/** The ground of the canary has noticed something. */
export function groundSaw(what: RegExp): SignTest {
  return (sign) => sign.sign === 'ground' && what.test(sign.what);
}

/** The app's URL answered with a status. */
export function answerIs(status: number): SignTest {
  return (sign) => sign.sign === 'answer' && sign.status === status;
}
