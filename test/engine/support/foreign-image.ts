import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, runProcess } from '../../../src/base/process.ts';

const FOREIGN = 'cc-ci-test/foreign:1';

/** `e_machine` of an ELF file, and what the Engine calls it. */
const AARCH64 = { name: 'arm64', machine: 183 } as const;
const X86_64 = { name: 'amd64', machine: 62 } as const;

/** Loads an image whose only program is the head of an ELF file for other processors than this host's, once. */
export async function ensureForeignImage(): Promise<string> {
  const present = await runProcess(['docker', 'image', 'inspect', FOREIGN]);
  if (present.exitCode === 0) return FOREIGN;
  const { name, machine } = arch() === 'arm64' ? X86_64 : AARCH64;
  const dir = await mkdtemp(join(tmpdir(), 'cc-ci-foreign-'));
  try {
    await mkdir(join(dir, 'root'));
    await writeFile(join(dir, 'root', 'program'), elfHead(machine), { mode: 0o755 });
    await mustRun(['tar', '-C', join(dir, 'root'), '-cf', join(dir, 'layer.tar'), 'program']);
    const digest = createHash('sha256')
      .update(await readFile(join(dir, 'layer.tar')))
      .digest('hex');
    const config = {
      architecture: name,
      os: 'linux',
      config: { Cmd: ['/program'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
    };
    await writeFile(join(dir, 'config.json'), JSON.stringify(config));
    const manifest = [{ Config: 'config.json', RepoTags: [FOREIGN], Layers: ['layer.tar'] }];
    await writeFile(join(dir, 'manifest.json'), JSON.stringify(manifest));
    const archive = join(dir, 'image.tar');
    await mustRun(['tar', '-C', dir, '-cf', archive, 'manifest.json', 'config.json', 'layer.tar']);
    await mustRun(['docker', 'load', '--quiet', '--input', archive]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return FOREIGN;
}

/** Magic number, 64 bit, little-endian, executable, and the machine; the kernel looks no further. */
function elfHead(machine: number): Buffer {
  const head = Buffer.alloc(4096);
  head.write('\u007fELF', 'latin1');
  head.set([2, 1, 1], 4);
  head.writeUInt16LE(2, 16);
  head.writeUInt16LE(machine, 18);
  return head;
}
