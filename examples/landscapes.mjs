// Functions of two weights, and the path of an optimizer down them.
import { add, mul, parameter, slice, square, sub, sum, tensor, valueAndGrad } from 'dawngrad';

/** A ravine, 30 times as steep across as along. */
export const ravine = (w) => sum(mul(square(w), tensor([0.5, 15])));

/** A saddle point at (0, 0): rises along the first weight, falls along the second, to -1. */
export function saddle(w) {
  const [x2, y2] = [slice(square(w), [{ stop: 1 }]), slice(square(w), [{ start: 1 }])];
  return sum(add(sub(x2, y2), mul(square(y2), 0.25)));
}

/** The points that an optimizer visits from `start`, and the values there. */
export async function descend(f, { start, optimizer, steps }) {
  const w = parameter(tensor(start));
  const places = [];
  const values = [];
  for (let i = 0; i < steps; i++) {
    places.push(Array.from(await w.data()));
    const { value, grads } = valueAndGrad(() => f(w), [w]);
    values.push(await value.item());
    optimizer.apply(grads, [w]);
    for (const t of [value, ...grads]) t.dispose();
  }
  w.dispose();
  optimizer.dispose();
  return { places, values };
}
