// Accumulates gradients over several calls. Each entry point writes one or both arenas, so both are bound as writable.
//   add   total_i = total_i + gradient_i
//   take  gradient_i = total_i + gradient_i,   total_i = 0
// total, gradient: [size] of vec4, contiguous.

struct Params { size: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> total: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> gradient: array<vec4<f32>>;

fn add_element(i: u32) { total[i] += gradient[i]; }

fn take_element(i: u32) {
  gradient[i] += total[i];
  total[i] = vec4<f32>();
}
