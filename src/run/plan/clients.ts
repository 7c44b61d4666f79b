import type { Service, Stack } from '../../recipe/compose/types.ts';

/** A service and those of the same stack that its settings name: whom it talks to, as far as the stack file tells. */
export interface ClientOf {
  readonly service: string;
  readonly of: readonly string[];
}

/** Reads who talks to whom from environment, command and `depends_on`. Pure; services that name no other are left out. */
export function findClients(stack: Stack, stackName: string): ClientOf[] {
  const names = Object.keys(stack.services);
  return Object.entries(stack.services).flatMap(([service, definition]) => {
    const of = names.filter((other) => other !== service && mentions(definition, other, stackName));
    return of.length === 0 ? [] : [{ service, of }];
  });
}

function mentions(service: Service, other: string, stackName: string): boolean {
  if (service.depends_on?.includes(other) === true) return true;
  // A whole host name: `db` in `postgres://db:5432`, not in `db_password`.
  const host = new RegExp(
    `(?<![\\w.-])(?:tasks\\.)?(?:${RegExp.escape(stackName)}_)?${RegExp.escape(other)}(?![\\w.-])`,
  );
  const texts = [
    ...Object.values(service.environment ?? {}),
    ...(service.command ?? []),
    ...(service.entrypoint ?? []),
  ];
  return texts.some((text) => text !== null && host.test(text));
}
