// The nearest whole number, ties to even; the slope is 0.
fn f(x: T) -> T { return round(x); }
fn df(x: T, y: T) -> T { return T(0); }
