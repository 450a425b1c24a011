// The natural logarithm; NaN below 0, where log() may make a number of its own and sqrt() doesn't.
fn f(x: T) -> T { return select(sqrt(x), log(x), x >= T(0)); }
fn df(x: T, y: T) -> T { return 1 / x; }
