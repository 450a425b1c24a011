// The cross-entropy of sigmoid(a) with target b, log(1 + e^a) - a b, rewritten so that it cannot overflow: |a| times
// the wrong share of the target (1 - b for a > 0, else b), by zero_wins, plus log(1 + e^-|a|). NaN stays NaN.
fn f(a: T, b: T) -> R {
  let size = abs(a);
  return keep_nan(a, zero_wins(size, select(b, 1 - b, a > T(0))) + log(1 + exp(-size)));
}
fn dfa(a: T, b: T, y: T) -> T {
  let e = exp(-abs(a));
  return keep_nan(a, select(e, T(1), a >= T(0)) / (1 + e) - b);
}
fn dfb(a: T, b: T, y: T) -> T { return -a; }
