// a + b
fn start(first: T) -> T { return T(0); }
fn combine(a: T, b: T) -> T { return a + b; }
