// 1 / x
fn f(x: T) -> T { return 1 / x; }
fn df(x: T, y: T) -> T { return -y * y; }
