// Shared by all matmul kernels: parameters, outputs, and the epilogue of an element of C.
//   C[m, n] = f(sum_k op(A)[m, k] op(B)[k, n] + bias[n])      bias if BIAS; f from unary/<activation>.wgsl or
//     linear.wgsl
//   sums[n] = sum_k op(B)[k, n]                               if SUMS: the bias gradient, along with that of the
//     weights
// C: [batches, M, N]; bias and sums: [N]; contiguous. The kernels declare A and B, which each reads in its own way.

alias T = f32;
alias V = T; // for special.wgsl, like I and B
alias I = i32;
alias B = bool;
const A_TRANSPOSED: bool = false; // A: [K, M] in memory, else [M, K]
const B_TRANSPOSED: bool = false; // B: [N, K] in memory, else [K, N]
const K_ALIGNED: bool = false; // K is a multiple of 4
const BIAS: bool = false;
const SUMS: bool = false;
struct Params {
  M: u32, N: u32, K: u32, batches: u32,
  a_repeat: u32, a_period: u32, b_repeat: u32, b_period: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
// forward(a, b, bias) -> c; forward_with_sums(a, b, bias) -> c, sums. Without BIAS any buffer is bound third.
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;

// The element offset of the matrix of A or B that a batch multiplies.
fn a_origin(batch: u32) -> u32 { return (batch / params.a_repeat) % params.a_period * params.M * params.K; }
fn b_origin(batch: u32) -> u32 { return (batch / params.b_repeat) % params.b_period * params.K * params.N; }

// Steps k .. k + 3 of an operand, 0 past K. With K_ALIGNED no block extends past K.
fn within(v: vec4<f32>, k: u32) -> vec4<f32> {
  if (K_ALIGNED) { return v; }
  return select(vec4<f32>(), v, k < params.K);
}

// Elements n of a row of C, from their sums: adds the bias and applies f.
fn finish(n: vec4<u32>, sum: vec4<f32>) -> vec4<f32> {
  var z = sum;
  if (BIAS) { z += vec4<f32>(bias[n.x], bias[n.y], bias[n.z], bias[n.w]); }
  return vec4<f32>(f(z.x), f(z.y), f(z.z), f(z.w));
}
