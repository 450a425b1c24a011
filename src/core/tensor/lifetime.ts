import { currentScope, runInnerScope, runInScope, Scope } from './scope.ts';
import { setScope, Tensor } from './tensor.ts';

/**
 * Runs `body`, then frees every tensor made inside, except parameters and the tensors it returns (alone, in arrays or
 * in plain objects). An async `body` is awaited first. In Node, tensors made after an await belong to the scope, and
 * tensors that other code makes in the meantime do not; a browser cannot tell them apart, so the scope frees both.
 * @returns what `body` returns.
 */
export function scope<R>(body: () => R): R {
  const made = new Scope(currentScope());
  let result: R;
  try {
    result = runInScope(made, body);
  } catch (error) {
    leave(made);
    throw error;
  }
  if (result instanceof Promise) {
    const settled = result.then(
      (value: unknown) => {
        leave(made, value);
        return value;
      },
      (error: unknown) => {
        leave(made);
        throw error;
      },
    );
    return settled as R; // the same promise type: only the freeing was added
  }
  leave(made, result);
  return result;
}

/** `scope` for synchronous code of the engine; cheaper. */
export function innerScope<R>(body: () => R): R {
  const made = new Scope(currentScope());
  let result: R | undefined;
  try {
    result = runInnerScope(made, body);
    return result;
  } finally {
    leave(made, result);
  }
}

/** Ends a scope: the returned tensors move to the enclosing scope, all others are freed. */
function leave(ended: Scope, result?: unknown): void {
  ended.isOpen = false;
  let { outer } = ended;
  while (outer !== undefined && !outer.isOpen) outer = outer.outer;
  const seen = new Set<unknown>(); // the result may contain itself
  const hand = (part: unknown): void => {
    if (seen.has(part)) return;
    seen.add(part);
    if (part instanceof Tensor) {
      if (ended.made.has(part)) setScope(part, outer);
    } else if (Array.isArray(part)) part.forEach(hand);
    else if (isPlainObject(part)) Object.values(part).forEach(hand);
  };
  try {
    hand(result);
  } finally {
    for (const t of ended.made) t.dispose();
  }
}

/** Copies arrays and plain objects with each tensor in them replaced; other values stay. */
export function mapTensors<Value>(value: Value, replace: (t: Tensor) => Tensor): Value {
  const map = (part: unknown): unknown => {
    if (part instanceof Tensor) return replace(part);
    if (Array.isArray(part)) return part.map(map);
    if (!isPlainObject(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, map(item)]));
  };
  return map(value) as Value; // the same structure
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
