// x * Phi(x), Phi the distribution function of the normal distribution: by the error function (alpha 0) or by tanh
// (alpha 1).
// 0 at minus infinity, as Phi vanishes faster than x grows. erf comes from error_function.wgsl.
const SQRT_HALF: f32 = 0.70710678;
const SQRT_2_OVER_PI: f32 = 0.79788456;
const CUBIC: f32 = 0.044715;

// tanh, exactly +-1 where float32 rounds it to that, which WGSL does not guarantee for tanh().
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
