// a * b
fn start(first: V) -> V { return V(1); }
fn combine(a: V, b: V) -> V { return a * b; }
