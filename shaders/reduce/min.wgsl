// The minimum, as in binary/minimum.wgsl. Every invocation starts from the first element; repeating it is harmless.
fn start(first: V) -> V { return first; }
fn combine(a: V, b: V) -> V { return keep_nan(a, keep_nan(b, select(b, a, a <= b))); }
