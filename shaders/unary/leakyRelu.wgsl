// x, or alpha * x for x <= 0.
fn f(x: T) -> T { return select(params.alpha * x, x, x > T(0)); }
fn df(x: T, y: T) -> T { return select(T(params.alpha), T(1), x > T(0)); }
