// beta * (x, or alpha * (e^x - 1) for x < 0); with the default alpha and beta, activations normalize themselves. The
// slope at 0 is alpha * beta. NaN stays NaN.
fn f(x: T) -> T { return keep_nan(x, params.beta * select(x, params.alpha * (exp(min(x, T(0))) - 1), x < T(0))); }
fn df(x: T, y: T) -> T { return keep_nan(x, select(y + params.alpha * params.beta, T(params.beta), x > T(0))); }
