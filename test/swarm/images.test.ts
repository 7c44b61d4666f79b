import { describe, expect, test } from 'vitest';
import { pullError, splitReference } from '../../src/swarm/images.ts';
import { REGISTRY_WORDS, readRegistryAnswer } from '../../src/swarm/registry-answer.ts';

describe('splitReference', () => {
  test.each([
    ['nginx', 'nginx', undefined, undefined],
    ['nginx:1.25', 'nginx', '1.25', undefined],
    ['localhost:5000/a/b', 'localhost:5000/a/b', undefined, undefined],
    ['localhost:5000/a/b:2', 'localhost:5000/a/b', '2', undefined],
    ['a/b:2@sha256:abc', 'a/b', '2', 'sha256:abc'],
    ['a/b@sha256:abc', 'a/b', undefined, 'sha256:abc'],
  ])('%s', (reference, name, tag, digest) => {
    expect(splitReference(reference)).toEqual({ name, tag, digest });
  });
});

describe('what a pull failed of', () => {
  test.each([
    ['pull-rate-limited', 'toomanyrequests: You have reached your pull rate limit.'],
    ['image-not-found', 'manifest for ghcr.example/acme/app:2.0 not found: manifest unknown: manifest unknown'],
    [
      'image-not-found',
      "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    ],
    ['image-not-found', 'failed to resolve reference "ghcr.example/a:1": ghcr.example/a:1: not found'],
    ['pull-refused', 'Head "https://r.example/v2/x/manifests/1": unauthorized: authentication required'],
    ['registry-unreachable', 'Get "https://r.example/v2/": dial tcp: lookup r.example on 10.0.0.1:53: no such host'],
    ['registry-unreachable', 'Get "https://r.example/v2/": dial tcp: address r.example: no suitable address found'],
    ['registry-unreachable', 'Get "http://127.0.0.1:5999/v2/": dial tcp 127.0.0.1:5999: connect: connection refused'],
    ['registry-unreachable', 'received unexpected HTTP status: 503 Service Unavailable'],
    ['registry-unreachable', 'tls: failed to verify certificate: x509: certificate signed by unknown authority'],
    ['registry-unreachable', 'Get "https://r.example/v2/": context deadline exceeded'],
    ['wrong-architecture', 'no matching manifest for linux/amd64 in the manifest list entries'],
    ['image-name-invalid', 'invalid reference format: repository name must be lowercase'],
    ['image-pull-failed', 'unexpected end of the world'],
    ['image-pull-failed', 'failed to register layer: permission denied'],
    ['disk-full', 'failed to register layer: no space left on device'],
  ])('%s', (code, said) => {
    const answer = readRegistryAnswer(said);
    const error = pullError('x:1', answer);
    expect(error).toMatchObject({ code: 'E_IMAGE', known: { code }, evidence: [REGISTRY_WORDS[answer]] });
    expect(JSON.stringify([error.message, error.known])).not.toContain(said);
  });
});
