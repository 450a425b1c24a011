// RMSprop, centered if CENTERED, with momentum if MOMENTUM.
//   s = s + gain * (g^2 - s),   m = m + gain * (g - m) if centered, else 0
//   d = g / (sqrt(s - m^2 + epsilon_inside) + epsilon_outside)
//   v = momentum * v + rate_inside * d,   w = w - rate_outside * v
// Keras applies epsilon and the rate inside, PyTorch outside; the other epsilon is 0, the other rate 1.
// s - m^2 is a variance; where rounding makes it negative it counts as 0.

const CENTERED: bool = false;
const MOMENTUM: bool = false;
struct Rule {
  gain: f32, epsilon_inside: f32, epsilon_outside: f32, momentum: f32, rate_inside: f32, rate_outside: f32,
}
@group(0) @binding(6) var<storage, read_write> mean_square: array<T>;
@group(0) @binding(7) var<storage, read_write> mean: array<T>;
@group(0) @binding(8) var<storage, read_write> velocity: array<T>;

fn updated(i: u32, w: T, g: T, rule: Rule) -> T {
  let s = mean_square[i] + rule.gain * (g * g - mean_square[i]);
  mean_square[i] = s;
  var spread = s;
  if (CENTERED) {
    let m = mean[i] + rule.gain * (g - mean[i]);
    mean[i] = m;
    spread = max(s - m * m, T()); // NaN: g is, too
  }
  let d = rule.rate_inside * g / (sqrt(spread + rule.epsilon_inside) + rule.epsilon_outside);
  if (!MOMENTUM) { return w - rule.rate_outside * d; }
  let v = rule.momentum * velocity[i] + d;
  velocity[i] = v;
  return w - rule.rate_outside * v;
}
