// The larger of a and b; a tie shares the gradient.
fn f(a: T, b: T) -> R { return max(a, b); }
fn dfa(a: T, b: T, y: T) -> T { return T(select(select(0.0, 0.5, a == b), 1.0, a > b)); }
fn dfb(a: T, b: T, y: T) -> T { return T(select(select(0.0, 0.5, a == b), 1.0, b > a)); }
