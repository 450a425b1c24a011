// x for x > 0, else alpha * x; with alpha = 0, minus infinity becomes 0 too.
fn f(x: T) -> T { return select(zero_wins(T(params.alpha), x), x, x > T(0)); } // NaN: if x is, both choices are
fn df(x: T, y: T) -> T { return select(T(params.alpha), T(1), x > T(0)); }
