import { describe, expect, test } from 'vitest';
import { pullError, splitReference } from '../../src/swarm/images.ts';

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

describe('pullError', () => {
  test.each([
    ['E_IMAGE_RATE_LIMIT', 'toomanyrequests: You have reached your pull rate limit.'],
    ['E_IMAGE_NOT_FOUND', 'manifest for ghcr.example/acme/app:2.0 not found: manifest unknown: manifest unknown'],
    [
      'E_IMAGE_NOT_FOUND',
      "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    ],
    ['E_IMAGE_AUTH', 'Head "https://r.example/v2/x/manifests/1": unauthorized: authentication required'],
    ['E_REGISTRY_UNREACHABLE', 'Get "https://r.example/v2/": dial tcp: lookup r.example on 10.0.0.1:53: no such host'],
    ['E_REGISTRY_UNREACHABLE', 'Get "http://127.0.0.1:5999/v2/": dial tcp 127.0.0.1:5999: connect: connection refused'],
    ['E_IMAGE_PULL', 'failed to register layer: no space left on device'],
  ])('%s', (code, sentence) => {
    expect(pullError('x:1', sentence)).toMatchObject({ code, evidence: [sentence] });
  });
});
