import type { Command } from 'commander';

/** One verb of the command line. Its code is loaded only when it is used, so that `--help` stays fast. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/** Every verb, in the order in which help shows them. */
export const VERBS: readonly Verb[] = [
  {
    name: 'test',
    summary: 'prove a recipe on a real Swarm: install, upgrade, back up, restore, exercise, lint',
    load: async () => (await import('./test.ts')).testCommand(),
  },
  {
    name: 'plan',
    summary: 'print what `test` would do, and touch nothing',
    load: async () => (await import('./plan.ts')).planCommand(),
  },
  {
    name: 'lint',
    summary: 'judge a recipe by abra’s rules and ours',
    load: async () => (await import('./lint.ts')).lintCommand(),
  },
  {
    name: 'config',
    summary: 'print the resolved stack file of a directory',
    load: async () => (await import('./config.ts')).configCommand(),
  },
  {
    name: 'runs',
    summary: 'list the runs of this machine',
    load: async () => (await import('./runs.ts')).runsCommand(),
  },
  {
    name: 'explain',
    summary: 'tell how a verdict follows from what was seen',
    load: async () => (await import('./explain.ts')).explainCommand(),
  },
  {
    name: 'replay',
    summary: 'make a run again from its bundle, and list what came out differently',
    load: async () => (await import('./replay.ts')).replayCommand(),
  },
  {
    name: 'logs',
    summary: 'print what the services of a run wrote',
    load: async () => (await import('./logs.ts')).logsCommand(),
  },
  {
    name: 'shell',
    summary: 'open a shell in an app that is kept or watched',
    load: async () => (await import('./shell.ts')).shellCommand(),
  },
  {
    name: 'open',
    summary: 'tell how to reach an app that is kept or watched, and open it where there is a display',
    load: async () => (await import('./open.ts')).openCommand(),
  },
  {
    name: 'clean',
    summary: 'finish the teardown of runs that died',
    load: async () => (await import('./clean.ts')).cleanCommand(),
  },
  {
    name: 'serve',
    summary: 'watch the enrolled repositories, run what is asked for there, and report',
    load: async () => (await import('./serve.ts')).serveCommand(),
  },
  {
    name: 'worker',
    summary: 'make the runs that a server has queued, here or on another host',
    load: async () => (await import('./worker.ts')).workerCommand(),
  },
  {
    name: 'enroll',
    summary: 'put the repository of a recipe on the list of what is watched',
    load: async () => (await import('./enroll.ts')).enrollCommand(),
  },
  {
    name: 'status',
    summary: 'tell whether the head of a pull request is green, red or pending',
    load: async () => (await import('./status.ts')).statusCommand(),
  },
  {
    name: 'backup',
    summary: 'write the state of the server to one file',
    load: async () => (await import('./backup.ts')).backupCommand(),
  },
  {
    name: 'restore',
    summary: 'put a backup of the server in place on an empty machine',
    load: async () => (await import('./backup.ts')).restoreCommand(),
  },
  {
    name: 'setup',
    summary: 'make this machine ready: Engine, Swarm, network, images, examples',
    load: async () => (await import('./setup.ts')).setupCommand(),
  },
  {
    name: 'doctor',
    summary: 'tell what this machine can do, and what to do about the rest',
    load: async () => (await import('./doctor.ts')).doctorCommand(),
  },
  {
    name: 'completion',
    summary: 'print a completion script for bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completionCommand(),
  },
];
