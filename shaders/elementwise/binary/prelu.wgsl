// a for a > 0, else the slope b times a; the slope at 0 is b. A slope of 0 makes 0 of minus infinity too.
fn f(a: T, b: T) -> R { return select(zero_wins(b, a), a, a > T(0)); } // NaN: both choices are, where a is
fn dfa(a: T, b: T, y: T) -> T { return select(b, T(1), a > T(0)); } // NaN: where a is, either will do
fn dfb(a: T, b: T, y: T) -> T { return keep_nan(a, select(a, T(0), a > T(0))); }
