// The inverse cosine, in 0 .. pi. By atan2, as WGSL's acos may be 7e-5 off.
fn f(x: T) -> T { return atan2(sqrt((1 - x) * (1 + x)), x); }
fn df(x: T, y: T) -> T { return -inverseSqrt((1 - x) * (1 + x)); }
