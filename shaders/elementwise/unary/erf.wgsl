// The error function of error_function.wgsl. The slope at NaN is NaN, of which exp() promises nothing.
const TWO_OVER_SQRT_PI: f32 = 1.12837917;
fn f(x: T) -> T { return erf(x); }
fn df(x: T, y: T) -> T { return keep_nan(x, TWO_OVER_SQRT_PI * exp(-x * x)); }
