// The natural logarithm.
fn f(x: T) -> T { return log(x); }
fn df(x: T, y: T) -> T { return 1 / x; }
