// The inverse sine, in -pi/2 .. pi/2. By atan2, as WGSL's asin may be 7e-5 off.
fn f(x: T) -> T { return atan2(x, sqrt((1 - x) * (1 + x))); }
fn df(x: T, y: T) -> T { return inverseSqrt((1 - x) * (1 + x)); }
