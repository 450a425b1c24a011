// x / (1 + e^-x). The sigmoid is a fraction of e^-|x|, which cannot overflow; 0 at minus infinity, as the sigmoid
// vanishes faster than x grows.
// NaN: f and df multiply this by x.
fn sigmoid(x: T) -> T {
  let e = exp(-abs(x));
  return select(e, T(1), x >= T(0)) / (1 + e);
}
fn f(x: T) -> T { return fading(x) * sigmoid(x); }
fn df(x: T, y: T) -> T {
  let s = sigmoid(x);
  return s + zero_wins(x, s * (1 - s));
}
