// a + b; the gradients are dy itself.
fn f(a: T, b: T) -> R { return a + b; }
