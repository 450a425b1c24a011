// The square root; the slope at 0 and -0 is infinite.
fn f(x: T) -> T { return sqrt(x); }
fn df(x: T, y: T) -> T { return 0.5 / abs(y); }
