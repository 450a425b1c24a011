// A single element needs no combination.
fn across(v: V) -> T { return v; }
