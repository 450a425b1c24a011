// Gradient descent, with momentum if MOMENTUM.
//   v = momentum * v + gain * g
//   w = w + along_velocity * v + along_gradient * g
// Keras, PyTorch and Nesterov momentum differ only in the three weights: src/optim/rules/sgd.ts.

const MOMENTUM: bool = false;
struct Rule { momentum: f32, gain: f32, along_velocity: f32, along_gradient: f32 }
@group(0) @binding(6) var<storage, read_write> velocity: array<T>;

fn updated(i: u32, w: T, g: T, rule: Rule) -> T {
  if (!MOMENTUM) { return w + rule.along_gradient * g; }
  let v = rule.momentum * velocity[i] + rule.gain * g;
  velocity[i] = v;
  return w + rule.along_velocity * v + rule.along_gradient * g;
}
