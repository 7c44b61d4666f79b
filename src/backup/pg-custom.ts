import { CodedError } from '../base/errors.ts';
import type { AppData } from './app-data.ts';
import type { DumpReport } from './types.ts';

/** A large archive takes its time to be read to the end. */
const LIMIT_MS = 300_000;

/**
 * Has a dump in the custom format of pg_dump read to its end, by the `pg_restore` of the service that made it: nobody else
 * knows the format of its version. Where there is none, the report stays as it is.
 */
export async function verifyPgCustom(
  data: AppData,
  service: string,
  containerPath: string,
  report: DumpReport,
): Promise<DumpReport> {
  try {
    const argv = ['pg_restore', '--file=/dev/null', containerPath];
    const result = await data.exec(service, argv, { timeoutMs: LIMIT_MS });
    if (result.exitCode === 0) return { ...report, detail: 'custom format of pg_dump: pg_restore reads it to its end' };
    if (result.exitCode === 127) return report;
    const [line = `pg_restore ended with ${result.exitCode}`] = result.stderr.trim().split('\n');
    return { ...report, parses: false, detail: `custom format of pg_dump: ${line}` };
  } catch (error: unknown) {
    if (error instanceof CodedError) return report;
    throw error;
  }
}
