// a * b
fn f(a: T, b: T) -> R { return a * b; }
fn dfa(a: T, b: T, y: T) -> T { return b; }
fn dfb(a: T, b: T, y: T) -> T { return a; }
