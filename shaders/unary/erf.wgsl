// The error function of error_function.wgsl.
const TWO_OVER_SQRT_PI: f32 = 1.12837917;
fn f(x: T) -> T { return erf(x); }
fn df(x: T, y: T) -> T { return TWO_OVER_SQRT_PI * exp(-x * x); }
