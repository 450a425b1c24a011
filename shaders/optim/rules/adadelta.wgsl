// Adadelta.
//   s = s + gain * (g^2 - s)
//   d = g * sqrt(u + epsilon) / sqrt(s + epsilon),   u = u + gain * (d^2 - u)
//   w = w - rate * d

struct Rule { gain: f32, epsilon: f32, rate: f32 }
@group(0) @binding(6) var<storage, read_write> mean_square: array<T>;
@group(0) @binding(7) var<storage, read_write> mean_square_update: array<T>;

fn updated(i: u32, w: T, g: T, rule: Rule) -> T {
  let s = mean_square[i] + rule.gain * (g * g - mean_square[i]);
  mean_square[i] = s;
  let u = mean_square_update[i];
  let d = g * sqrt(u + rule.epsilon) / sqrt(s + rule.epsilon);
  mean_square_update[i] = u + rule.gain * (d * d - u);
  return w - rule.rate * d;
}
