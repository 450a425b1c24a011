// a for a > 0, else the slope b times a; the slope at 0 is b. A slope of 0 makes 0 of minus infinity too.
fn f(a: T, b: T) -> R { return select(zero_wins(b, a), a, a > T(0)); }
fn dfa(a: T, b: T, y: T) -> T { return select(b, T(1), a > T(0)); }
fn dfb(a: T, b: T, y: T) -> T { return select(a, T(0), a > T(0)); }
