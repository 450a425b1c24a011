// The largest whole number not above x; the slope is 0.
fn f(x: T) -> T { return floor(x); }
fn df(x: T, y: T) -> T { return T(0); }
