// a for a > 0, else the slope b times a; the slope at 0 is b. With b = 0, minus infinity becomes 0 too.
fn f(a: T, b: T) -> R { return select(zero_wins(b, a), a, a > T(0)); } // NaN: if a is, both choices are
fn dfa(a: T, b: T, y: T) -> T { return select(b, T(1), a > T(0)); } // NaN: if a is, either choice will do
fn dfb(a: T, b: T, y: T) -> T { return keep_nan(a, select(a, T(0), a > T(0))); }
