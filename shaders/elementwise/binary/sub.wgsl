// a - b; the gradients are dy and -dy.
fn f(a: T, b: T) -> R { return a - b; }
