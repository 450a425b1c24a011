// x limited to alpha .. beta; the gradient passes at the bounds themselves. clamp() may differ where alpha > beta.
fn f(x: T) -> T { return min(max(x, T(params.alpha)), T(params.beta)); }
fn df(x: T, y: T) -> T { return select(T(0), T(1), (x >= T(params.alpha)) & (x <= T(params.beta))); }
