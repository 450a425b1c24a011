// The error function, from error_function.wgsl. keep_nan for the slope, because WGSL does not define exp(NaN).
const TWO_OVER_SQRT_PI: f32 = 1.12837917;
fn f(x: T) -> T { return erf(x); }
fn df(x: T, y: T) -> T { return keep_nan(x, TWO_OVER_SQRT_PI * exp(-x * x)); }
