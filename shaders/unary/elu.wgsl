// x, or alpha * (e^x - 1) for x <= 0.
fn f(x: T) -> T { return select(params.alpha * (exp(min(x, T(0))) - 1), x, x > T(0)); }
fn df(x: T, y: T) -> T { return select(params.alpha * exp(min(x, T(0))), T(1), x > T(0)); }
