/** What can be freed at the end of a scope. */
interface Freeable {
  dispose(): void;
}

/** What a function made, to be freed at its end. */
export class Scope {
  readonly outer: Scope | undefined;
  readonly made = new Set<Freeable>();
  isOpen = true;

  constructor(outer: Scope | undefined) {
    this.outer = outer;
  }
}

/** Knows which scope running code is in, also after it has awaited something: Node's AsyncLocalStorage is such a thing. */
export interface AsyncContext {
  getStore(): Scope | undefined;
  run<R>(scope: Scope, body: () => R): R;
}

/** Where the platform has none, a scope with an async function takes in what any code makes until that has ended. */
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
/** The scope of the engine's own synchronous code, inside that of the context. */
let inner: Scope | undefined;

/** Says how the platform follows code over an await. */
export function setAsyncContext(given: AsyncContext): void {
  context = given;
}

/** The scope that the running code is in. */
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

/** Runs `body` in a scope, which holds for what an async function does later, too. */
export const runInScope = <R>(scope: Scope, body: () => R): R => within(undefined, () => context.run(scope, body));

/** Runs a synchronous `body` in a scope: cheaper. */
export const runInnerScope = within as <R>(scope: Scope, body: () => R) => R;
