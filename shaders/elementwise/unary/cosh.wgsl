// The hyperbolic cosine, from hyperbolic.wgsl.
fn f(x: T) -> T { return cosh_of(x); }
fn df(x: T, y: T) -> T { return sinh_of(x); }
