// average_i += (value_i - average_i) * weight, in place.
// average, value: [size], contiguous.

struct Params { size: u32, weight: f32 }
@group(0) @binding(0) var<uniform> params: Params;
// update(value) -> average
@group(0) @binding(1) var<storage, read> value: array<f32>;
@group(0) @binding(2) var<storage, read_write> average: array<f32>;

fn update_element(i: u32) { average[i] += (value[i] - average[i]) * params.weight; }
