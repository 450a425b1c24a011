// x, or alpha * x for x <= 0.
fn f(x: T) -> T { return select(params.alpha * x, x, x > 0); }
fn df(x: T, y: T) -> T { return select(params.alpha, T(1), x > 0); }
