// Adamax.
//   m = m + gain * (g - m),   u = max(beta2 * u, |g| + epsilon_inside)
//   w = w - rate * m / (u + epsilon_outside)
// PyTorch adds epsilon inside the maximum, Keras outside; the other is 0. rate includes the bias correction.

struct Rule { gain: f32, beta2: f32, rate: f32, epsilon_inside: f32, epsilon_outside: f32 }
@group(0) @binding(6) var<storage, read_write> mean: array<T>;
@group(0) @binding(7) var<storage, read_write> largest: array<T>;

fn updated(i: u32, w: T, g: T, rule: Rule) -> T {
  let m = mean[i] + rule.gain * (g - mean[i]);
  mean[i] = m;
  let u = max(rule.beta2 * largest[i], abs(g) + rule.epsilon_inside); // NaN: m is, too
  largest[i] = u;
  return w - rule.rate * m / (u + rule.epsilon_outside);
}
