// The tangent, from sine.wgsl.
fn f(x: T) -> T { return sine(x) / cosine(x); }
fn df(x: T, y: T) -> T { return 1 + y * y; }
