/** The parts of a JSON schema that a reader of settings needs. */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** A table of every setting, with what it is and what holds without it. Pure. */
export function settingsTable(schema: Schema): string {
  return `| setting | what it is | without it |\n|---|---|---|\n${rowsOf(schema, '').join('\n')}\n`;
}

function rowsOf({ properties = {}, required = [] }: Schema, path: string): readonly string[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const key = `${path}${name}`;
    const row = `| \`${key}\` | ${describe(schema)} | ${without(schema, required.includes(name))} |`;
    const inner = schema.items?.properties === undefined ? schema : schema.items;
    return [row, ...rowsOf(inner, inner === schema ? `${key}.` : `${key}[].`)];
  });
}

function describe({ description = '', enum: choices, minimum, maximum }: Schema): string {
  if (choices !== undefined) return `${description} One of ${choices.map((choice) => `\`${choice}\``).join(', ')}.`;
  return minimum === undefined || maximum === undefined || maximum > 2 ** 31
    ? description
    : `${description} From ${minimum} to ${maximum}.`;
}

function without({ default: value, properties }: Schema, isRequired: boolean): string {
  if (isRequired) return 'it is needed';
  if (value === undefined || properties !== undefined) return '';
  return Array.isArray(value) && value.length === 0
    ? 'none'
    : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
