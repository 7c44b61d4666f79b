import { expect, test } from 'vitest';
import { isFromPublicRegistry, nameOfImage } from '../../../src/recipe/approval/image-home.ts';

test.each([
  'nginx',
  'nginx:1.27',
  'library/nginx@sha256:abc',
  'ghcr.io/a/b:1',
  'docker.io/a/b',
  'registry.example.com:443/x',
  'xn--e1afmkfd.xn--p1ai/x',
  // Without a dot and a colon it is a name at Docker Hub.
  'registry/x',
  '0x7f000001/x',
])('%s is of a public registry', (image) => {
  expect(isFromPublicRegistry(image)).toBe(true);
});

test.each([
  'localhost/x',
  'localhost:5000/x',
  'LOCALHOST:5000/x',
  'Registry/x',
  '127.0.0.1/x',
  '127.1/x',
  '0x7f.0x1/x',
  '127.0.0.0x1:80/x',
  '2130706433:80/x',
  '10.0.0.1:5000/x:1',
  '192.168.0.1/x',
  '169.254.169.254/x',
  '[::1]:5000/x',
  '[fe80::1]/x',
  'registry:5000/x',
  'host.docker.internal/x',
  'nas.local/x',
  'box.lan/x',
  'app.localhost/x',
  '1.0.0.127.in-addr.arpa/x',
  // A port leads wherever the owner of the name points it.
  'registry.example.com:5000/x',
  'registry.example.com:22/x',
  'a..b.com/x',
  'localhost./x',
  'ex ample.com/x',
  'exämple.com/x',
  'user@10.0.0.1/x',
])('%s is not known to be', (image) => {
  expect(isFromPublicRegistry(image)).toBe(false);
});

test('an image keeps its name when its version changes', () => {
  expect(nameOfImage('localhost:5000/a/b:2@sha256:abc')).toBe('localhost:5000/a/b');
  expect(nameOfImage('localhost:5000/a/b')).toBe('localhost:5000/a/b');
  expect(nameOfImage('nginx:1')).toBe('nginx');
});
