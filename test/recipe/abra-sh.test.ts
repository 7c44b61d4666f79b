import { describe, expect, it } from 'vitest';
import { parseAbraSh } from '../../src/recipe/abra-sh.ts';

describe('parseAbraSh', () => {
  it('reads exports and functions, and leaves out helpers and here documents', () => {
    const found = parseAbraSh(`#!/bin/bash
export APP_VERSION=v4
export NGINX_VERSION=v2 # bumped
  export INDENTED=v1
FOO=v1
create_user() {
  cat <<EOF
not_a_function() {
export NOT=v1
EOF
}
function set-quota {
}
function other() {
}
_helper() {
}
`);
    expect(found.exports).toEqual({ APP_VERSION: 'v4', NGINX_VERSION: 'v2' });
    expect(found.functions).toEqual(['create_user', 'set-quota', 'other']);
    expect(found.misread).toEqual([{ name: 'INDENTED', line: 4 }]);
  });

  it('reads a value as abra does, and names what abra does not see in full', () => {
    const found = parseAbraSh(`export A="v1"\nexport B=v1.2\nexport C=v3\r\n`);
    expect(found.exports).toEqual({ B: 'v1', C: 'v3' });
    expect(found.misread).toEqual([
      { name: 'A', line: 1 },
      { name: 'B', line: 2 },
    ]);
  });

  it('is not led astray by a comment that mentions a here document', () => {
    expect(parseAbraSh('# use <<EOF\nexport A=v1').exports).toEqual({ A: 'v1' });
  });
});
