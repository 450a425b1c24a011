// Augments images with random coefficients per image: mirrors, shears, scales, rotates and shifts it, changes
// brightness and contrast, and erases a rectangle.
//   y_p = gain * x(source_p) + offset,   fill inside the rectangle
//   source_p = centre + mirror shear^-1 turn^-1 (p - centre - shift) / scale
//   x(q) is bilinear between the four pixels around q; pixels outside the image have the value fill.
// Coefficients with limit a are uniform in [-a, a), multiples of 2^-23 a; mirrors and the sides and position of the
// rectangle are integers. Image b reads the random words of blocks 3 b to 3 b + 2 of the stream.
// x, y: [batch, height, width, channels], contiguous. A workgroup computes WORKGROUP_SIZE * PIXELS pixels of one image,
// PIXELS per invocation, so that each invocation draws the coefficients once. No workgroup memory. Joined to
// philox.wgsl, sine.wgsl.

const WORKGROUP_SIZE: u32 = 64;
const PIXELS: u32 = 64;
struct Params {
  height: u32, width: u32, channels: u32, slabs: u32, images: u32, stream: u32,
  shift_y: f32, shift_x: f32, rotation: f32, zoom: f32, shear: f32,
  flip_horizontal: u32, flip_vertical: u32,
  brightness: f32, contrast: f32, erased_height: u32, erased_width: u32, fill: f32,
}
struct State { seed: u32, step: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<uniform> state: State;
// forward(x; state) -> y
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

// The coefficients of an image; points are (x, y), in pixels.
struct Coefficients {
  // source_p = origin + across * p.x + down * p.y
  origin: vec2<f32>, across: vec2<f32>, down: vec2<f32>,
  gain: f32, offset: f32,
  // The first pixel of the rectangle, and the first pixel after it.
  start: vec2<u32>, stop: vec2<u32>,
}

fn words_of(block: u32) -> vec4<u32> { return philox(vec4<u32>(block, state.step, params.stream, 0), state.seed); }

// A multiple of 2^-23 in [-1, 1), exact in f32.
fn signed(bits: u32) -> f32 { return f32(bits >> 8) * 0x1p-23 - 1; }

fn coefficients_of(image: u32) -> Coefficients {
  let place = words_of(3 * image);
  let look = words_of(3 * image + 1);
  let cut = words_of(3 * image + 2);
  let shift = vec2<f32>(params.shift_x * signed(place.x), params.shift_y * signed(place.y));
  let angle = params.rotation * signed(place.z);
  let c = cosine(angle);
  let s = sine(angle);
  let shear = params.shear * signed(look.x);
  let mirrored = (look.yy >> vec2<u32>(31, 30)) & vec2<u32>(params.flip_horizontal, params.flip_vertical);
  let factor = (1 - 2 * vec2<f32>(mirrored)) / (1 + params.zoom * signed(place.w));
  let centre = 0.5 * (vec2<f32>(f32(params.width), f32(params.height)) - 1);
  var a: Coefficients;
  a.across = factor * vec2<f32>(c + shear * s, -s);
  a.down = factor * vec2<f32>(s - shear * c, c);
  a.origin = centre - a.across * (centre.x + shift.x) - a.down * (centre.y + shift.y);
  a.offset = params.brightness * signed(look.z);
  a.gain = 1 + params.contrast * signed(look.w);
  let sides = vec2<u32>(multiply_high(cut.x, params.erased_width + 1), multiply_high(cut.y, params.erased_height + 1));
  let room = vec2<u32>(params.width, params.height) - sides;
  a.start = vec2<u32>(multiply_high(cut.z, room.x + 1), multiply_high(cut.w, room.y + 1));
  a.stop = a.start + sides;
  return a;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let slab = index_of(group);
  let image = slab / params.slabs;
  if (image >= params.images) { return; }
  let a = coefficients_of(image);
  let size = vec2<u32>(params.width, params.height);
  let pixels = size.x * size.y;
  let channels = params.channels;
  let first = image * pixels * channels;
  let start = slab % params.slabs * WORKGROUP_SIZE * PIXELS + local;
  for (var i = start; i < min(start + WORKGROUP_SIZE * PIXELS, pixels); i += WORKGROUP_SIZE) {
    let pixel = vec2<u32>(i % size.x, i / size.x);
    let source = a.origin + a.across * f32(pixel.x) + a.down * f32(pixel.y);
    let corner = floor(source);
    let part = source - corner;
    // The four pixels around the source: upper left, upper right, lower left, lower right. As u32, negative coordinates
    // exceed the size.
    let columns = vec4<u32>(vec4<i32>(i32(corner.x)) + vec4<i32>(0, 1, 0, 1));
    let rows = vec4<u32>(vec4<i32>(i32(corner.y)) + vec4<i32>(0, 0, 1, 1));
    let is_inside = (columns < vec4<u32>(size.x)) & (rows < vec4<u32>(size.y));
    let places = first + select(vec4<u32>(), rows * size.x + columns, is_inside) * channels;
    let is_cut = all(pixel >= a.start) && all(pixel < a.stop);
    for (var c = 0u; c < channels; c++) {
      let values = vec4<f32>(x[places.x + c], x[places.y + c], x[places.z + c], x[places.w + c]);
      let v = select(vec4<f32>(params.fill), values, is_inside);
      let ends = v.xz + (v.yw - v.xz) * part.x;
      let value = a.gain * (ends.x + (ends.y - ends.x) * part.y) + a.offset;
      y[first + i * channels + c] = select(value, params.fill, is_cut);
    }
  }
}
