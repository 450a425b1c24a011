// The cosine, from long_sine.wgsl.
fn f(x: T) -> T { return any_cosine(x); }
fn df(x: T, y: T) -> T { return -any_sine(x); }
