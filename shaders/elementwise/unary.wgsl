// An elementwise function of one tensor and its gradient; f and df come from unary/<name>.wgsl.
//   forward   y_i  = f(x_i)
//   backward  dx_i = dy_i * df(x_i, y_i), multiplied by zero_wins of special.wgsl
// x, y, dy, dx: [size], contiguous, in T: one element or four (lib/vectors/*.wgsl). alpha and beta are constants of the
// function, if it has any.

alias T = f32;
alias R = T;
alias V = T; // for special.wgsl
struct Params { size: u32, alpha: f32, beta: f32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(x) -> y
@group(0) @binding(1) var<storage, read> x: array<T>;
@group(0) @binding(2) var<storage, read_write> y: array<T>;
// backward(x, y, dy) -> dx
@group(0) @binding(2) var<storage, read> y_saved: array<T>;
@group(0) @binding(3) var<storage, read> dy: array<T>;
@group(0) @binding(4) var<storage, read_write> dx: array<T>;

fn forward_element(i: u32) { y[i] = inside(i, f(x[i])); }

fn backward_element(i: u32) { dx[i] = inside(i, zero_wins(dy[i], df(x[i], y_saved[i]))); }
