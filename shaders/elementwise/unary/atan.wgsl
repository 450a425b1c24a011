// The inverse tangent, in -pi/2 .. pi/2. keep_nan, because WGSL does not define atan(NaN).
fn f(x: T) -> T { return keep_nan(x, atan(x)); }
fn df(x: T, y: T) -> T { return 1 / (1 + x * x); }
