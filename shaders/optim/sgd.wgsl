// Gradient descent, with momentum if MOMENTUM.
//   v = momentum * v + gain * g
//   w = w + along_velocity * v + along_gradient * g
// Keras, PyTorch and Nesterov differ in the three weights alone: src/optim/sgd.ts.

const MOMENTUM: bool = false;
struct Rule { momentum: f32, gain: f32, along_velocity: f32, along_gradient: f32 }
@group(0) @binding(5) var<storage, read_write> velocity: array<T>;

fn updated(i: u32, w: T, g: T) -> T {
  if (!MOMENTUM) { return w + hyper.rule.along_gradient * g; }
  let v = hyper.rule.momentum * velocity[i] + hyper.rule.gain * g;
  velocity[i] = v;
  return w + hyper.rule.along_velocity * v + hyper.rule.along_gradient * g;
}
