// The larger of a and b; a tie shares the gradient. NaN, which max() may drop, is neither: then the sum is NaN.
fn f(a: T, b: T) -> R { return select(select(a + b, a, a >= b), b, a < b); }
fn dfa(a: T, b: T, y: T) -> T { return select(select(T(0), T(0.5), a == b), T(1), a > b); }
fn dfb(a: T, b: T, y: T) -> T { return select(select(T(0), T(0.5), a == b), T(1), b > a); }
