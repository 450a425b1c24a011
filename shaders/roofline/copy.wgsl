// Measures memory bandwidth: y_i = x_i, four numbers per element.
// x, y: [size] of vec4<f32>.

struct Params { size: u32 }
@group(0) @binding(0) var<uniform> params: Params;
// forward(x) -> y
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

fn forward_element(i: u32) { y[i] = x[i]; }
