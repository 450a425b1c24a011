// x / (1 + |x|)
fn f(x: T) -> T { return x / (1 + abs(x)); }
fn df(x: T, y: T) -> T { return 1 / ((1 + abs(x)) * (1 + abs(x))); }
