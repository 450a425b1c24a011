// The sine of sine.wgsl.
fn f(x: T) -> T { return sine(x); }
fn df(x: T, y: T) -> T { return cosine(x); }
