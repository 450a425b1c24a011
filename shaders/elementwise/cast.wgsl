// y_i = x_i in another dtype. f32 to i32 truncates towards 0 and saturates; NaN becomes 0.
// x, y: [size], contiguous. Joined to special.wgsl.

alias T = f32;
alias V = T; // for special.wgsl
alias R = i32;
struct Params { size: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<T>;
@group(0) @binding(2) var<storage, read_write> y: array<R>;

fn converted(v: T) -> R {
  if (IS_INTEGER) { return R(v); }
  // 2147483520 is the largest f32 that i32 can hold.
  return select(select(R(v), R(2147483647), v > T(2147483520)), R(0), is_nan(v));
}

fn forward_element(i: u32) { y[i] = converted(x[i]); }
