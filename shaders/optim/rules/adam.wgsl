// Adam, and AMSGrad if AMSGRAD.
//   m = m + gain1 * (g - m),   v = v + gain2 * (g^2 - v),   u = v, or in AMSGrad the largest v so far
//   w = w - rate * m / (sqrt(u) + epsilon)
// gain = 1 - beta; rate and epsilon include the bias corrections: src/optim/rules/adam.ts.

const AMSGRAD: bool = false;
struct Rule { gain1: f32, gain2: f32, rate: f32, epsilon: f32 }
@group(0) @binding(6) var<storage, read_write> mean: array<T>;
@group(0) @binding(7) var<storage, read_write> mean_square: array<T>;
@group(0) @binding(8) var<storage, read_write> largest: array<T>;

fn updated(i: u32, w: T, g: T, rule: Rule) -> T {
  let m = mean[i] + rule.gain1 * (g - mean[i]);
  let v = mean_square[i] + rule.gain2 * (g * g - mean_square[i]);
  mean[i] = m;
  mean_square[i] = v;
  var u = v;
  if (AMSGRAD) {
    u = max(v, largest[i]); // NaN: m is, too
    largest[i] = u;
  }
  return w - rule.rate * m / (sqrt(u) + rule.epsilon);
}
