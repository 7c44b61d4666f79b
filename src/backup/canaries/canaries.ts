import { CodedError, messageOf } from '../../base/errors.ts';
import type { Stack } from '../../recipe/compose/types.ts';
import type { AppData } from '../app-data.ts';
import type { Canary, CanaryCheck } from '../types.ts';
import { fileCanaries } from './file.ts';
import { type CanaryHandler, makeHabitat } from './kind.ts';
import { mysqlCanaries } from './mysql.ts';
import { postgresCanaries } from './postgres.ts';
import { redisCanaries } from './redis.ts';
import { sqliteCanaries } from './sqlite.ts';

/** One file each: a new kind of data is a new file and a line here. */
const HANDLERS: readonly CanaryHandler[] = [
  fileCanaries,
  postgresCanaries,
  mysqlCanaries,
  redisCanaries,
  sqliteCanaries,
];

export interface Planted {
  readonly canaries: readonly Canary[];
  /** Data that was found and could not be given a canary: its survival stays unproven. */
  readonly problems: readonly CodedError[];
}

/**
 * Plants something of ours in all data of the app that is found: every named volume and the databases in its services.
 * The same seed gives the same names and tokens. `kinds` are the handlers; all of them unless given.
 */
export async function plantCanaries(
  data: AppData,
  stack: Stack,
  seed: string,
  kinds: readonly CanaryHandler[] = HANDLERS,
): Promise<Planted> {
  const habitat = makeHabitat(data, stack, seed);
  const canaries: Canary[] = [];
  const problems: CodedError[] = [];
  // The kinds do not touch each other's data, so they go beside each other.
  await Promise.all(
    kinds.map(async (handler) => {
      for (const service of Object.keys(stack.services)) {
        try {
          for (const canary of await handler.detect(habitat, service)) {
            await handler.plant(data, canary);
            canaries.push(canary);
          }
        } catch (error: unknown) {
          problems.push(unplanted(handler.kind, service, error));
        }
      }
    }),
  );
  const order = kinds.map((handler) => handler.kind);
  return { canaries: canaries.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)), problems };
}

/** Looks whether all of them are as they were planted. A canary that cannot be looked at counts as not found, with the reason. */
export async function checkCanaries(data: AppData, canaries: readonly Canary[]): Promise<CanaryCheck[]> {
  return await Promise.all(
    canaries.map(async (canary) => {
      try {
        return await handlerOf(canary).check(data, canary);
      } catch (error: unknown) {
        return { id: canary.id, found: false, detail: `${canary.where}: ${messageOf(error)}` };
      }
    }),
  );
}

/** Changes one half of each and deletes the other. Rejects when one could not be touched: the restore would prove nothing. */
export async function destroyCanaries(data: AppData, canaries: readonly Canary[]): Promise<void> {
  await Promise.all(canaries.map((canary) => handlerOf(canary).destroy(data, canary)));
}

function handlerOf(canary: Canary): CanaryHandler {
  const handler = HANDLERS.find((candidate) => candidate.kind === canary.kind);
  if (handler === undefined) throw new Error(`no handler for canaries of kind ${canary.kind}`);
  return handler;
}

function unplanted(kind: Canary['kind'], service: string, error: unknown): CodedError {
  return new CodedError({
    code: 'E_CANARY_PLANT',
    message: `cannot plant a ${kind} canary in ${service}: ${messageOf(error)}`,
    fault: 'cc-ci',
    hint: 'whether this data survives stays unproven',
    evidence: error instanceof CodedError ? error.evidence : [],
    cause: error,
  });
}
