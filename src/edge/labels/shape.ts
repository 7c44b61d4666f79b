/**
 * Traefik's configuration keys, described: enough to decode labels as its parser does, and to know a key that it would
 * reject. `unsupported` keys are Traefik's own but not ours: they make a named error.
 */
export type Shape =
  | 'string'
  | 'bool'
  | 'int'
  | 'list'
  | 'map'
  | 'unsupported'
  | ObjectShape
  | NamedShape
  | ItemsShape
  | OpaqueShape;

export interface ObjectShape {
  readonly fields: Readonly<Record<string, Shape>>;
  /** `true` on the object itself switches it on with its defaults, as in `tls=true`. */
  readonly allowEmpty?: boolean;
}

/** A map from names that the author chooses to objects: routers, services, middlewares. */
export interface NamedShape {
  readonly named: Shape;
}

/** An indexed list of objects: `domains[0].main`. */
export interface ItemsShape {
  readonly items: Shape;
}

/** Decoded like the shape inside, but its type is left open: it is put together at run time. */
export interface OpaqueShape {
  readonly opaque: Shape;
}

/** The value that a shape decodes to. Every field may be missing. */
export type Decoded<S> = S extends 'string'
  ? string
  : S extends 'bool'
    ? boolean
    : S extends 'int'
      ? number
      : S extends 'list'
        ? readonly string[]
        : S extends 'map'
          ? Readonly<Record<string, string>>
          : S extends { readonly fields: infer F }
            ? { readonly [K in keyof F]?: Decoded<F[K]> }
            : S extends { readonly named: infer N }
              ? Readonly<Record<string, Decoded<N>>>
              : S extends { readonly items: infer I }
                ? readonly Decoded<I>[]
                : S extends { readonly opaque: unknown }
                  ? Readonly<Record<string, unknown>>
                  : undefined;
