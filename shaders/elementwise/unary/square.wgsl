// x^2
fn f(x: T) -> T { return x * x; }
fn df(x: T, y: T) -> T { return 2 * x; }
