import type { RegistryAnswer } from '../registry-answer.ts';
import type { CauseKind } from './cause-kind.ts';

export const registryUnreachable: CauseKind = {
  code: 'registry-unreachable',
  fault: 'infrastructure',
  meaning:
    'The registry of the image cannot be reached from this host, or answers with an error of its own, or is no registry but some ' +
    'other server.',
  shows:
    'a pull that ends with an error of the name service, of the connection or of TLS, with a time-out, with HTTP 5xx, or with a page; ' +
    'in the Swarm only `No such image`',
  earliest: 'when the connection fails; 2.5 s after the first rejection where the registry does not answer at all',
  hint: 'check the network of this host and the name of the registry',
  detectPull(image, answer) {
    if (answer === 'not-a-registry') return `what answers for the image ${image} is not a registry`;
    return GONE.has(answer) ? `the registry of the image ${image} cannot be reached` : undefined;
  },
};

const GONE: ReadonlySet<RegistryAnswer> = new Set(['unreachable', 'silent', 'tls', 'failing']);
