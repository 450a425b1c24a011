// a / b; in i32 truncated towards 0, and 0 where b is 0.
fn f(a: T, b: T) -> R {
  let quotient = a / b;
  if (IS_INTEGER) { return select(quotient, R(0), b == T(0)); } // NaN: T is i32
  return quotient;
}
fn dfa(a: T, b: T, y: T) -> T { return 1 / b; }
fn dfb(a: T, b: T, y: T) -> T { return -y / b; }
