// x, or alpha * x for x <= 0; a slope of 0 makes 0 of minus infinity too.
fn f(x: T) -> T { return select(zero_wins(T(params.alpha), x), x, x > T(0)); } // NaN: both choices are
fn df(x: T, y: T) -> T { return select(T(params.alpha), T(1), x > T(0)); }
