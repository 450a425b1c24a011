// Nadam: Adam with Nesterov momentum.
//   m = m + gain1 * (g - m),   v = v + gain2 * (g^2 - v)
//   w = w - (along_mean * m + along_gradient * g) / (sqrt(v) + epsilon)
// The rates and epsilon include the bias corrections and the momentum schedule: src/optim/rules/nadam.ts.

struct Rule { gain1: f32, gain2: f32, along_mean: f32, along_gradient: f32, epsilon: f32 }
@group(0) @binding(6) var<storage, read_write> mean: array<T>;
@group(0) @binding(7) var<storage, read_write> mean_square: array<T>;

fn updated(i: u32, w: T, g: T, rule: Rule) -> T {
  let m = mean[i] + rule.gain1 * (g - mean[i]);
  let v = mean_square[i] + rule.gain2 * (g * g - mean_square[i]);
  mean[i] = m;
  mean_square[i] = v;
  return w - (rule.along_mean * m + rule.along_gradient * g) / (sqrt(v) + rule.epsilon);
}
