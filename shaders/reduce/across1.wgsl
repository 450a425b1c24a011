// One element is its own combination.
fn across(v: V) -> T { return v; }
