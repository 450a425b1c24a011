// Sets elements to 0 at random and scales the others; its own gradient, as the mask is made again from the same numbers.
//   y_i = x_i * kept_i     from dropout/kept4.wgsl
// x, y: [size] in vectors of 4, contiguous; what pads the last one stays 0.

alias R = vec4<f32>;
struct Params { size: u32, stream: u32, threshold: u32, scale: f32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(x; state) -> y
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;

fn forward_element(i: u32) { y[i] = inside(i, x[i] * kept(i)); }
