/** An object that a scope can free. */
interface Freeable {
  dispose(): void;
}

/** The objects made inside a function, freed when it ends. */
export class Scope {
  readonly outer: Scope | undefined;
  readonly made = new Set<Freeable>();
  isOpen = true;

  constructor(outer: Scope | undefined) {
    this.outer = outer;
  }
}

/** Knows the scope of the running code, even after an await; Node's AsyncLocalStorage implements it. */
export interface AsyncContext {
  getStore(): Scope | undefined;
  run<R>(scope: Scope, body: () => R): R;
}

/**
 * The fallback for platforms without an async context: until an async function ends, its scope collects what any code
 * makes.
 */
class LastOpened implements AsyncContext {
  readonly #scopes: Scope[] = [];

  getStore(): Scope | undefined {
    return this.#scopes.findLast(({ isOpen }) => isOpen);
  }

  run<R>(scope: Scope, body: () => R): R {
    this.#scopes.splice(0, this.#scopes.length, ...this.#scopes.filter(({ isOpen }) => isOpen), scope);
    return body();
  }
}

let context: AsyncContext = new LastOpened();
/** The scope of the engine's own synchronous code, inside the context's scope. */
let inner: Scope | undefined;

/** Sets how the platform follows code across an await. */
export function setAsyncContext(platformContext: AsyncContext): void {
  context = platformContext;
}

export function currentScope(): Scope | undefined {
  let scope = inner ?? context.getStore();
  while (scope !== undefined && !scope.isOpen) scope = scope.outer;
  return scope;
}

function within<R>(scope: Scope | undefined, body: () => R): R {
  const before = inner;
  inner = scope;
  try {
    return body();
  } finally {
    inner = before;
  }
}

/** Runs `body` in a scope that also covers what an async function does later. */
export const runInScope = <R>(scope: Scope, body: () => R): R => within(undefined, () => context.run(scope, body));

/** Runs a synchronous `body` in a scope; cheaper than `runInScope`. */
export const runInnerScope = within as <R>(scope: Scope, body: () => R) => R;
