import { placeOfItem } from '../look.ts';
import type { LintRule } from '../types.ts';

export const tmpfsOptions: LintRule = {
  id: 'CC018',
  severity: 'warn',
  needs: 'stack',
  title: 'tmpfs options are well-formed',
  fix: 'write /path:size=64M,mode=1777',
  check: (context) =>
    Object.entries(context.all.services).flatMap(([service, { tmpfs }]) =>
      (Array.isArray(tmpfs) ? tmpfs : [tmpfs])
        .filter((entry) => typeof entry === 'string')
        .filter((entry) => !WELL_FORMED.test(entry))
        .map((entry) => ({
          message: `${JSON.stringify(entry)} of ${service} is not a path and options`,
          place: placeOfItem(
            context,
            ['services', service, 'tmpfs'],
            (item) => typeof item === 'string' && item.startsWith(entry.split(':', 1)[0] ?? entry),
          ),
        })),
    ),
};

const OPTION =
  '(?:size=\\d+[kKmMgG]?[bB]?|size=\\d+%|mode=[0-7]+|[ug]id=\\d+|nr_inodes=\\d+[kmg]?|r[ow]|(?:no)?(?:exec|suid|dev|atime))';
const WELL_FORMED = new RegExp(`^/[^:,^\\s]*(?::${OPTION}(?:,${OPTION})*)?$`);
