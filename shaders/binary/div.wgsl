// a / b; i32 truncates towards 0.
fn f(a: T, b: T) -> R { return a / b; }
fn dfa(a: T, b: T, y: T) -> T { return 1 / b; }
fn dfb(a: T, b: T, y: T) -> T { return -y / b; }
