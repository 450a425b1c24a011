// e^x
fn f(x: T) -> T { return exp(x); }
fn df(x: T, y: T) -> T { return y; }
