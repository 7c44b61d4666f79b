import { refuse } from './problem.ts';
import { isRawList, isRawMap, type Path, type Raw, type RawMap } from './raw.ts';
import { type Lookup, substitute } from './template.ts';

type Cast = (text: string) => Raw | undefined;

const toInteger: Cast = (text) => (/^[-+]?[0-9]+$/.test(text) ? Number(text) : undefined);
const toFloat: Cast = (text) =>
  /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text) ? Number(text) : undefined;
const toBoolean: Cast = (text) => {
  if (['y', 'yes', 'true', 'on'].includes(text.toLowerCase())) return true;
  return ['n', 'no', 'false', 'off'].includes(text.toLowerCase()) ? false : undefined;
};

interface Typed {
  readonly cast: Cast;
  readonly expected: string;
}

/** Fields that get a type after interpolation; `*` is any key, `[]` any item. A field that is not here stays a string. */
const CASTS: ReadonlyMap<string, Typed> = new Map<string, Typed>([
  ...[
    'configs.[].mode',
    'secrets.[].mode',
    'healthcheck.retries',
    'deploy.replicas',
    'deploy.update_config.parallelism',
    'deploy.rollback_config.parallelism',
    'deploy.restart_policy.max_attempts',
    'deploy.placement.max_replicas_per_node',
    'ports.[].target',
    'ports.[].published',
    'ulimits.*',
    'ulimits.*.hard',
    'ulimits.*.soft',
    'oom_score_adj',
  ].map((path) => [`services.*.${path}`, { cast: toInteger, expected: 'an integer' }] as const),
  ...['deploy.update_config.max_failure_ratio', 'deploy.rollback_config.max_failure_ratio'].map(
    (path) => [`services.*.${path}`, { cast: toFloat, expected: 'a number' }] as const,
  ),
  ...[
    'services.*.healthcheck.disable',
    'services.*.privileged',
    'services.*.read_only',
    'services.*.stdin_open',
    'services.*.tty',
    'services.*.volumes.[].read_only',
    'services.*.volumes.[].volume.nocopy',
    'networks.*.external',
    'networks.*.internal',
    'networks.*.attachable',
    'volumes.*.external',
    'secrets.*.external',
    'configs.*.external',
  ].map((path) => [path, { cast: toBoolean, expected: 'a boolean (yes, no, true, false, on, off)' }] as const),
]);

/** All texts of a document together, variables filled in: a long variable may stand in thousands of them. */
const MOST_CHARACTERS = 8_388_608;

interface Filling {
  readonly lookup: Lookup;
  characters: number;
}

/** Puts variables into every string value of a document (never into keys); see `substitute` for the dialect. */
export function interpolate(value: RawMap, lookup: Lookup): RawMap {
  return interpolateMap(value, [], { lookup, characters: 0 });
}

function interpolateMap(value: RawMap, path: Path, filling: Filling): RawMap {
  const result: Record<string, Raw> = {};
  for (const [key, item] of Object.entries(value)) result[key] = interpolateValue(item, [...path, key], filling);
  return result;
}

function interpolateValue(value: Raw, path: Path, filling: Filling): Raw {
  if (typeof value === 'string') return interpolateText(value, path, filling);
  if (isRawList(value)) return value.map((item, index) => interpolateValue(item, [...path, index], filling));
  return isRawMap(value) ? interpolateMap(value, path, filling) : value;
}

function interpolateText(template: string, path: Path, filling: Filling): Raw {
  const result = substitute(template, filling.lookup);
  if (result.ok) filling.characters += result.text.length;
  if (filling.characters > MOST_CHARACTERS) {
    const problem = `makes the stack longer than ${MOST_CHARACTERS} characters, with its variables filled in`;
    refuse('E_COMPOSE_INTERPOLATION', path, problem);
  }
  if (!result.ok) {
    const hint =
      'variables are $VAR, ${VAR}, ${VAR:-default}, ${VAR-default}, ${VAR:?error} and ${VAR?error}; a plain $ is written $$';
    refuse('E_COMPOSE_INTERPOLATION', path, `${result.reason} (in ${quoted(template)})`, hint);
  }
  // Docker casts only what interpolation changed: a quoted number that is written out stays a string, and is refused later.
  if (result.text === template) return template;
  const typed = castFor(path);
  if (typed === undefined) return result.text;
  const cast = typed.cast(result.text);
  if (cast === undefined) {
    const seen = `${quoted(result.text)} (from ${quoted(template)})`;
    refuse('E_COMPOSE_INTERPOLATION', path, `must be ${typed.expected}, but is ${seen}`);
  }
  return cast;
}

/** As much of a text as a sentence bears. */
function quoted(text: string): string {
  return JSON.stringify(text.length <= 300 ? text : `${text.slice(0, 300)}…`);
}

function castFor(path: Path): Typed | undefined {
  // Docker compares dotted texts, so a service with a dot in its name gets no casts there either.
  const parts = path
    .map((part) => (typeof part === 'number' ? '[]' : part))
    .join('.')
    .split('.');
  const [section, , ...rest] = parts;
  const exact = CASTS.get([section, '*', ...rest].join('.'));
  if (exact !== undefined) return exact;
  return rest[0] === 'ulimits' ? CASTS.get([section, '*', 'ulimits', '*', ...rest.slice(2)].join('.')) : undefined;
}
