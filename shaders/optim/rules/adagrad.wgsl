// Adagrad.
//   s = s + g^2,   w = w - rate * g / (sqrt(s + epsilon_inside) + epsilon_outside)
// Keras adds epsilon inside the root, PyTorch outside; the other is 0.

struct Rule { rate: f32, epsilon_inside: f32, epsilon_outside: f32 }
@group(0) @binding(6) var<storage, read_write> accumulator: array<T>;

fn updated(i: u32, w: T, g: T, rule: Rule) -> T {
  let s = accumulator[i] + g * g;
  accumulator[i] = s;
  return w - rule.rate * g / (sqrt(s + rule.epsilon_inside) + rule.epsilon_outside);
}
