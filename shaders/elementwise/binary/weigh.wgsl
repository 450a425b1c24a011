// a * b, but 0 where one factor is 0 and the other infinite.
fn f(a: T, b: T) -> R { return zero_wins(a, b); }
fn dfa(a: T, b: T, y: T) -> T { return b; }
fn dfb(a: T, b: T, y: T) -> T { return a; }
