// x / (1 + e^-x)
fn sigmoid(x: T) -> T {
  let e = exp(-abs(x));
  return select(e, T(1), x >= T(0)) / (1 + e);
}
fn f(x: T) -> T { return x * sigmoid(x); }
fn df(x: T, y: T) -> T {
  let s = sigmoid(x);
  return s * (1 + x * (1 - s));
}
