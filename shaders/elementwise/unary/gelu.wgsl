// x * Phi(x) with the normal distribution function Phi: alpha 0 by the error function, alpha 1 by tanh. Phi wins over x: 0 at
// minus infinity. erf comes from error_function.wgsl.
const SQRT_HALF: f32 = 0.70710678;
const SQRT_2_OVER_PI: f32 = 0.79788456;
const CUBIC: f32 = 0.044715;

// Exactly 1 where float32 can't tell, which WGSL does not promise of tanh().
fn bounded_tanh(x: T) -> T { return select(tanh(x), sign(x), abs(x) > T(10)); } // NaN: f and df multiply this by x

fn f(x: T) -> T {
  if (params.alpha == 0) { return 0.5 * fading(x) * (1 + erf(x * SQRT_HALF)); }
  return 0.5 * fading(x) * (1 + bounded_tanh(SQRT_2_OVER_PI * (x + CUBIC * x * x * x)));
}

fn df(x: T, y: T) -> T {
  if (params.alpha == 0) {
    return 0.5 * (1 + erf(x * SQRT_HALF)) + zero_wins(0.5 * SQRT_2_OVER_PI * x, exp(-0.5 * x * x));
  }
  let t = bounded_tanh(SQRT_2_OVER_PI * (x + CUBIC * x * x * x));
  return 0.5 * (1 + t) + zero_wins(0.5 * x * SQRT_2_OVER_PI * (1 + 3 * CUBIC * x * x), 1 - t * t);
}
