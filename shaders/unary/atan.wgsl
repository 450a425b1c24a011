// The inverse tangent, in -pi/2 .. pi/2.
fn f(x: T) -> T { return atan(x); }
fn df(x: T, y: T) -> T { return 1 / (1 + x * x); }
