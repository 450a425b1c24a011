// The hyperbolic cosine.
fn f(x: T) -> T { return cosh(x); }
fn df(x: T, y: T) -> T { return sinh(x); }
