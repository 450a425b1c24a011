// alpha * x + beta limited to 0 .. 1; the slope at both kinks is 0.
fn f(x: T) -> T { return clamp(params.alpha * x + params.beta, 0, 1); }
fn df(x: T, y: T) -> T { return select(T(0), params.alpha, y > 0 && y < 1); }
