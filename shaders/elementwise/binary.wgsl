// An elementwise function of two tensors; f comes from binary/<name>.wgsl, the gradients are in binary_backward.wgsl.
//   forward     y_i  = f(a_j, b_k)
// y: [size], contiguous, in R; a and b in T: one element or four (lib/vectors/*.wgsl). a and b repeat: element i reads
// (i / repeat) % period, which is broadcasting along leading or trailing axes (binary/at1.wgsl, at4.wgsl); A_WHOLE or
// B_WHOLE if the operand does not repeat. With A_NUMBER or B_NUMBER, `bits` holds a number in place of that operand,
// and the other tensor is bound twice.

alias T = f32;
alias V = T; // for special.wgsl
alias R = f32;
const A_NUMBER: bool = false;
const B_NUMBER: bool = false;
const A_WHOLE: bool = false;
const B_WHOLE: bool = false;
struct Params { size: u32, a_repeat: u32, a_period: u32, b_repeat: u32, b_period: u32, bits: u32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(a, b) -> y
@group(0) @binding(1) var<storage, read> a: array<T>;
@group(0) @binding(2) var<storage, read> b: array<T>;
@group(0) @binding(3) var<storage, read_write> y: array<R>;

fn forward_element(i: u32) { y[i] = inside(i, f(a_at(i), b_at(i))); }
