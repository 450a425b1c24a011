// The smallest whole number not below x; the slope is 0.
fn f(x: T) -> T { return ceil(x); }
fn df(x: T, y: T) -> T { return T(0); }
