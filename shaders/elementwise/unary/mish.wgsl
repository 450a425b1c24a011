// x * tanh(log(1 + e^x)). The tanh is a fraction of e^-|x|, which cannot overflow; 0 at minus infinity, as the tanh
// vanishes faster than x grows.
// NaN: f multiplies this by x, and df adds a term that is NaN.
fn tanh_softplus(x: T) -> T {
  let e = exp(-abs(x));
  let numerator = select(e * (e + 2), 1 + 2 * e, x >= T(0));
  return numerator / (numerator + select(T(2), 2 * e * e, x >= T(0)));
}
fn f(x: T) -> T { return fading(x) * tanh_softplus(x); }
fn df(x: T, y: T) -> T {
  let e = exp(-abs(x));
  let sigmoid = select(e, T(1), x >= T(0)) / (1 + e); // NaN: multiplied by x below
  let t = tanh_softplus(x);
  return t + zero_wins(x, (1 - t * t) * sigmoid);
}
