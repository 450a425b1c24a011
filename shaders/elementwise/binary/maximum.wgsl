// max(a, b), or NaN if a or b is NaN; on a tie each receives half the gradient.
fn f(a: T, b: T) -> R { return keep_nan(a, keep_nan(b, select(b, a, a >= b))); }
fn dfa(a: T, b: T, y: T) -> T { return select(select(T(0), T(0.5), a == b), T(1), a > b); }
fn dfb(a: T, b: T, y: T) -> T { return select(select(T(0), T(0.5), a == b), T(1), b > a); }
