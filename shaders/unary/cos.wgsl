// The cosine of sine.wgsl.
fn f(x: T) -> T { return cosine(x); }
fn df(x: T, y: T) -> T { return -sine(x); }
