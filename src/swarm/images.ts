import { CodedError, type Fault } from '../base/errors.ts';
import type { ApiImage } from './api-types.ts';
import type { Engine } from './engine.ts';
import { linesOf } from './engine-events.ts';
import { isEngineStatus } from './engine-http.ts';
import type { ImagePin } from './types.ts';

export interface ImageProgress {
  readonly reference: string;
  readonly state: 'present' | 'pulling' | 'pulled';
  /** The registry's own word for the current step while pulling. */
  readonly detail: string;
}

/**
 * Makes sure that images are on this host, pulling those that are not, and tells what each really is. Codes when one
 * cannot be had: `E_IMAGE_NOT_FOUND`, `E_IMAGE_RATE_LIMIT`, `E_IMAGE_AUTH`, `E_REGISTRY_UNREACHABLE`, `E_IMAGE_PULL`.
 */
export async function ensureImages(
  engine: Engine,
  references: readonly string[],
  onProgress: (progress: ImageProgress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<readonly ImagePin[]> {
  const unique = [...new Set(references)];
  return Promise.all(unique.map((reference) => ensureImage(engine, reference, onProgress, signal)));
}

async function ensureImage(
  engine: Engine,
  reference: string,
  onProgress: (progress: ImageProgress) => void,
  signal: AbortSignal | undefined,
): Promise<ImagePin> {
  const present = await findImage(engine, reference);
  if (present !== undefined) {
    onProgress({ reference, state: 'present', detail: '' });
    return pinOf(reference, present, 0);
  }
  const started = performance.now();
  onProgress({ reference, state: 'pulling', detail: '' });
  await pull(engine, reference, onProgress, signal);
  const pulled = await findImage(engine, reference);
  if (pulled === undefined) throw pullError(reference, 'the pull ended well, yet the Engine does not have it');
  onProgress({ reference, state: 'pulled', detail: '' });
  return pinOf(reference, pulled, performance.now() - started);
}

async function pull(
  engine: Engine,
  reference: string,
  onProgress: (progress: ImageProgress) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { name, tag, digest } = splitReference(reference);
  try {
    const body = await engine.pullImage(name, digest ?? tag ?? 'latest', signal);
    for await (const line of linesOf(body)) {
      const step = JSON.parse(line) as { readonly status?: string; readonly error?: string };
      if (step.error !== undefined) throw pullError(reference, step.error);
      if (step.status !== undefined) onProgress({ reference, state: 'pulling', detail: step.status });
    }
  } catch (error: unknown) {
    signal?.throwIfAborted();
    if (!(error instanceof CodedError) || error.code !== 'E_ENGINE') throw error;
    throw pullError(reference, error.evidence[0] ?? error.message);
  }
}

async function findImage(engine: Engine, reference: string): Promise<ApiImage | undefined> {
  try {
    const { name, digest } = splitReference(reference);
    // With a digest the tag is only a remark, and older Engines do not find an image by both.
    return await engine.image(digest === undefined ? reference : `${name}@${digest}`);
  } catch (error: unknown) {
    if (isEngineStatus(error, 404)) return undefined;
    throw error;
  }
}

function pinOf(reference: string, image: ApiImage, pullMs: number): ImagePin {
  const { name, digest } = splitReference(reference);
  const known = (image.RepoDigests ?? []).find((entry) => entry.startsWith(`${shortest(name)}@`));
  const found = digest ?? known?.slice(known.indexOf('@') + 1);
  return {
    reference,
    digest: found,
    imageId: image.Id,
    source: found === undefined ? 'local' : 'registry',
    bytes: image.Size,
    pullMs: Math.round(pullMs),
  };
}

/** Takes `registry:5000/name:tag@sha256:…` apart. Pure. */
export function splitReference(reference: string): {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
} {
  const at = reference.indexOf('@');
  const digest = at === -1 ? undefined : reference.slice(at + 1);
  const rest = at === -1 ? reference : reference.slice(0, at);
  const colon = rest.lastIndexOf(':');
  // A colon before the last slash belongs to the registry's port.
  const hasTag = colon > rest.lastIndexOf('/');
  return { name: hasTag ? rest.slice(0, colon) : rest, tag: hasTag ? rest.slice(colon + 1) : undefined, digest };
}

/** The Engine lists images of the default registry without its name. */
function shortest(name: string): string {
  return name.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '');
}

const PULL_FAILURES: readonly {
  readonly pattern: RegExp;
  readonly code: string;
  readonly fault: Fault;
  readonly hint: string;
}[] = [
  {
    pattern: /toomanyrequests|rate limit|429/i,
    code: 'E_IMAGE_RATE_LIMIT',
    fault: 'infrastructure',
    hint: 'wait, log this host in to the registry, or use a mirror',
  },
  {
    pattern:
      /manifest unknown|manifest for .* not found|name unknown|repository does not exist|not found: |invalid reference/i,
    code: 'E_IMAGE_NOT_FOUND',
    fault: 'recipe',
    hint: 'check name and tag of the image in compose.yml; a private one looks the same from outside',
  },
  {
    pattern: /unauthorized|authentication required|access (?:to the resource )?(?:is )?denied|no basic auth|forbidden/i,
    code: 'E_IMAGE_AUTH',
    fault: 'infrastructure',
    hint: 'log this host in to the registry (docker login), or use a public image',
  },
  {
    pattern:
      /no such host|connection refused|i\/o timeout|TLS handshake|network is unreachable|x509|EOF|Client\.Timeout|server misbehaving|no route to host|temporary failure in name resolution/i,
    code: 'E_REGISTRY_UNREACHABLE',
    fault: 'infrastructure',
    hint: 'check the network of this host and the name of the registry',
  },
];

/** Names a failed pull by what the Engine said. Pure. */
export function pullError(reference: string, sentence: string): CodedError {
  const known = PULL_FAILURES.find(({ pattern }) => pattern.test(sentence));
  return new CodedError({
    code: known?.code ?? 'E_IMAGE_PULL',
    message: `the image ${reference} cannot be had: ${sentence}`,
    fault: known?.fault ?? 'infrastructure',
    hint: known?.hint,
    evidence: [sentence],
  });
}
