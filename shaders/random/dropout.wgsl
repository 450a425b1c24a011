// Sets elements to 0 at random and scales the others. Applied to dy, it is its own gradient: the mask is drawn again
// from the same random numbers.
//   y_i = x_i * kept_i     from random/kept4.wgsl
// x, y: [size] in vectors of 4, contiguous; the padding after the last element stays 0.

alias R = vec4<f32>;
struct Params { size: u32, stream: u32, threshold: u32, scale: f32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(x; state) -> y
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

fn forward_element(i: u32) { y[i] = inside(i, x[i] * kept(i)); }
