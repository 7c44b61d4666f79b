import type { CauseKind } from './cause-kind.ts';

export const registryUnreachable: CauseKind = {
  code: 'registry-unreachable',
  fault: 'infrastructure',
  meaning: 'The registry of the image cannot be reached from this host, or answers with an error of its own.',
  shows:
    'a pull that ends with an error of the name service, of the connection or of TLS, with a time-out, or with HTTP 5xx; in ' +
    'the Swarm only `No such image`',
  earliest: 'when the connection fails; 2.5 s after the first rejection where the registry does not answer at all',
  hint: 'check the network of this host and the name of the registry',
  detectPull(image, answer) {
    const gone =
      /no such host|no suitable address|connection refused|connection reset|i\/o timeout|deadline exceeded|TLS handshake|network is unreachable|x509|certificate|\bEOF\b|Client\.Timeout|server misbehaving|no route to host|name resolution|HTTP response to HTTPS|unexpected HTTP status: 5\d\d|did not answer/i;
    return gone.test(answer) ? `the registry of the image ${image} cannot be reached` : undefined;
  },
};
