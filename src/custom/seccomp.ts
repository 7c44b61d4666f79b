import { CodedError } from '../base/errors.ts';
import { ABSENT, JUDGED, LAST_KNOWN, REFUSED } from './seccomp-calls.ts';

/** The architectures that the sandbox knows system calls of, by Node's names; the word is AUDIT_ARCH_… of linux/audit.h. */
const ARCHITECTURES = {
  x64: { word: 0xc000_003e, column: 0 },
  arm64: { word: 0xc000_00b7, column: 1 },
} as const;

export type Architecture = keyof typeof ARCHITECTURES;

/** One instruction of classic BPF (linux/filter.h): code, jumps where true and where false, operand. */
type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, operand: number];

const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;

/** Offsets in `struct seccomp_data`; of an argument only the low word is read, as the kernel does with these. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const argument = (index: number) => 16 + 8 * index;

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
const ALLOW: Instruction = [RETURN, 0, 0, 0x7fff_0000];
const fail = (errno: number): Instruction => [RETURN, 0, 0, 0x0005_0000 | errno];
const load = (offset: number): Instruction => [LOAD, 0, 0, offset];

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NEW_NAMESPACES = 0x7e02_0000;
const FAMILIES = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;
const NETLINK_ROUTE = 0;
/** Both put words into somebody's mouth: TIOCSTI and TIOCLINUX. */
const TERMINAL_TRICKS = [0x5412, 0x541c];
const PER_LINUX = 0;
const ASK_PERSONALITY = 0xffff_ffff;

/**
 * The filter of system calls for the sandbox, as `bwrap --seccomp` reads it: instructions of 8 bytes. It refuses what container engines
 * refuse, other kinds of sockets than unix, IPv4, IPv6 and the one that tells about networks, calls of another architecture (x32
 * too), and calls that are newer than this list. `E_SANDBOX_ARCHITECTURE` for an architecture that it has no list of. Pure.
 */
export function seccompProgram(architecture: string): Buffer {
  if (!isKnown(architecture)) {
    throw new CodedError({
      code: 'E_SANDBOX_ARCHITECTURE',
      message: `the sandbox has no filter of system calls for ${architecture}; a recipe's tests never run without it`,
      fault: 'infrastructure',
      hint: 'run recipe tests on x86_64 or aarch64',
    });
  }
  const { word, column } = ARCHITECTURES[architecture];
  const numbers = (table: typeof REFUSED) => Object.values(table).flatMap((pair) => pair[column] ?? []);
  return encode([
    load(ARCHITECTURE),
    [JUMP_EQUAL, 1, 0, word],
    fail(ENOSYS),
    load(NUMBER),
    [JUMP_AT_LEAST, 0, 1, LAST_KNOWN + 1],
    fail(ENOSYS),
    ...when(JUDGED.clone[column], [load(argument(0)), [JUMP_ANY_BIT, 0, 1, NEW_NAMESPACES], fail(EPERM), ALLOW]),
    ...when(JUDGED.socket[column], [
      load(argument(0)),
      ...[FAMILIES.unix, FAMILIES.inet, FAMILIES.inet6].flatMap((family) => when(family, [ALLOW])),
      ...when(FAMILIES.netlink, [load(argument(2)), ...when(NETLINK_ROUTE, [ALLOW])]),
      fail(EAFNOSUPPORT),
    ]),
    ...when(JUDGED.personality[column], [
      load(argument(0)),
      ...[PER_LINUX, ASK_PERSONALITY].flatMap((value) => when(value, [ALLOW])),
      fail(EPERM),
    ]),
    ...when(JUDGED.ioctl[column], [
      load(argument(1)),
      ...TERMINAL_TRICKS.flatMap((request) => when(request, [fail(EPERM)])),
      ALLOW,
    ]),
    ...numbers(ABSENT).flatMap((number) => when(number, [fail(ENOSYS)])),
    ...numbers(REFUSED).flatMap((number) => when(number, [fail(EPERM)])),
    ALLOW,
  ]);
}

function isKnown(architecture: string): architecture is Architecture {
  return Object.hasOwn(ARCHITECTURES, architecture);
}

/** Instructions that are done only where what was loaded last equals a value. */
function when(value: number, then: readonly Instruction[]): readonly Instruction[] {
  return [[JUMP_EQUAL, 0, then.length, value], ...then];
}

function encode(instructions: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(8 * instructions.length);
  for (const [index, [code, whenTrue, whenFalse, operand]] of instructions.entries()) {
    bytes.writeUInt16LE(code, 8 * index);
    bytes.writeUInt8(whenTrue, 8 * index + 2);
    bytes.writeUInt8(whenFalse, 8 * index + 3);
    bytes.writeUInt32LE(operand >>> 0, 8 * index + 4);
  }
  return bytes;
}
