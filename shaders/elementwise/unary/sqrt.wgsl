// The square root; the slope at 0 is infinite, at -0 too.
fn f(x: T) -> T { return sqrt(x); }
fn df(x: T, y: T) -> T { return 0.5 / abs(y); }
