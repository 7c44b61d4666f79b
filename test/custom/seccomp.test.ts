import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seccompProgram } from '../../src/custom/seccomp.ts';
import { ABSENT, JUDGED, REFUSED } from '../../src/custom/seccomp-calls.ts';

interface Call {
  readonly architecture: number;
  readonly number: number;
  readonly arguments: readonly bigint[];
}

/** Runs a filter as the kernel does (linux/filter.h), for the instructions that filters of system calls may have. */
function judge(program: Buffer, call: Call): string {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.number, 0);
  data.writeUInt32LE(call.architecture, 4);
  for (const [index, value] of call.arguments.entries())
    data.writeBigUInt64LE(BigInt.asUintN(64, value), 16 + 8 * index);
  let loaded = 0;
  for (let at = 0; at < program.length; at += 8) {
    const [code, whenTrue, whenFalse] = [
      program.readUInt16LE(at),
      program.readUInt8(at + 2),
      program.readUInt8(at + 3),
    ];
    const operand = program.readUInt32LE(at + 4);
    const jump = (condition: boolean) => {
      at += 8 * (condition ? whenTrue : whenFalse);
    };
    if (code === 0x20) loaded = data.readUInt32LE(operand);
    else if (code === 0x15) jump(loaded === operand);
    else if (code === 0x35) jump(loaded >= operand);
    else if (code === 0x45) jump((loaded & operand) !== 0);
    else if (code === 0x06) return operand === 0x7fff_0000 ? 'allowed' : `errno ${operand & 0xffff}`;
    else throw new Error(`instruction ${code}`);
  }
  throw new Error('the filter ends without an answer');
}

const WORDS = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;

describe.each([
  ['x64', 0, { read: 0, clone: 56, execve: 59, memfd_create: 319, futex_wait: 455 }],
  ['arm64', 1, { read: 63, clone: 220, execve: 221, memfd_create: 279, futex_wait: 455 }],
] as const)('the filter for %s', (architecture, column, usual) => {
  const program = seccompProgram(architecture);
  const ask = (number: number, ...args: (number | bigint)[]) =>
    judge(program, { architecture: WORDS[architecture], number, arguments: args.map(BigInt) });
  const own = (table: typeof REFUSED) => Object.values(table).flatMap((pair) => pair[column] ?? []);

  test('is one that the kernel takes: whole instructions, not too many, and an answer at the end', () => {
    expect(program.length % 8).toBe(0);
    expect(program.length / 8).toBeLessThan(4096);
    expect(program.readUInt16LE(program.length - 8)).toBe(0x06);
  });

  test('lets an ordinary program do its work', () => {
    for (const number of Object.values(usual)) expect(ask(number)).toBe('allowed');
  });

  test('refuses every call of the list, and says of some that there is no such call', () => {
    for (const number of own(REFUSED)) expect(ask(number)).toBe('errno 1');
    for (const number of own(ABSENT)) expect(ask(number)).toBe('errno 38');
  });

  test('judges all others alike, whatever their arguments are', () => {
    const listed = new Set([...own(REFUSED), ...own(ABSENT), ...own(JUDGED)]);
    fc.assert(
      fc.property(
        fc.nat(462),
        fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 6 }),
        (number, args) => {
          fc.pre(!listed.has(number));
          expect(ask(number, ...args)).toBe('allowed');
        },
      ),
    );
  });

  test('refuses other architectures, x32, and what is newer than the list', () => {
    for (const word of [0x4000_0003, 0x4000_0028, 0, WORDS[architecture === 'x64' ? 'arm64' : 'x64']]) {
      expect(judge(program, { architecture: word, number: 0, arguments: [] })).toBe('errno 38');
    }
    fc.assert(fc.property(fc.integer({ min: 463, max: 0xffff_ffff }), (number) => ask(number) === 'errno 38'));
    expect(ask(0x4000_0000)).toBe('errno 38');
  });

  test('lets processes and threads be made, and no namespace', () => {
    const clone = JUDGED.clone[column];
    expect(ask(clone, 0x3d_0f00)).toBe('allowed');
    expect(ask(clone, 17)).toBe('allowed');
    for (const flag of [0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000]) {
      expect(ask(clone, flag + 17)).toBe('errno 1');
    }
  });

  test('lets sockets be unix, IPv4, IPv6 and what tells about networks, and nothing else', () => {
    const socket = JUDGED.socket[column];
    for (const family of [1, 2, 10]) expect(ask(socket, family, 1, 0)).toBe('allowed');
    expect(ask(socket, 16, 3, 0)).toBe('allowed');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 0, max: 64 }), (family, protocol) => {
        fc.pre(![1, 2, 10].includes(family) && !(family === 16 && protocol === 0));
        expect(ask(socket, family, 1, protocol)).toBe('errno 97');
      }),
    );
    // The kernel reads an int: what stands above it changes nothing.
    expect(ask(socket, 0xffff_ffff_0000_0028n, 1, 0)).toBe('errno 97');
  });

  test('lets the personality be asked and not changed, and no words be put into a terminal', () => {
    const { personality, ioctl } = JUDGED;
    expect([0, 0xffff_ffff, 0x4_0000, 8].map((value) => ask(personality[column], value))).toEqual([
      'allowed',
      'allowed',
      'errno 1',
      'errno 1',
    ]);
    expect([0x5413, 0x5412, 0x541c].map((request) => ask(ioctl[column], 0, request))).toEqual([
      'allowed',
      'errno 1',
      'errno 1',
    ]);
  });
});

test('an architecture without a list has no sandbox', () => {
  expect(() => seccompProgram('riscv64')).toThrow(/no filter of system calls for riscv64/);
  expect(() => seccompProgram('constructor')).toThrow(/no filter/);
});
