// The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x; absolute error of the formula at most
// 1.5e-7.
// Source: Abramowitz and Stegun (1964), 7.1.26.
fn erf(x: T) -> T {
  let t = 1 / (1 + 0.3275911 * abs(x));
  let tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return sign(x) * (1 - tail * exp(-x * x)); // NaN: if x is, tail is
}
