// Swaps the last two axes.
//   y[o, n, m] = x[o, m, n]
// x: [outer, rows, columns]; y: [outer, columns, rows]; contiguous 32-bit elements of any dtype. An invocation
// transposes a 4 x 4 block in registers; a workgroup has 8 x 8 blocks, so that it reads and writes whole cache lines.
//   vectors   rows and columns are multiples of 4
//   singles   any sizes
// No workgroup memory.

const WORKGROUP_SIZE: u32 = 64;
const SIDE: u32 = 8; // blocks along each side of a tile
struct Params { outer: u32, rows: u32, columns: u32 }
@group(0) @binding(0) var<uniform> params: Params;
// vectors(x) -> y; singles(x_single) -> y_single
@group(0) @binding(1) var<storage, read> x: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> x_single: array<u32>;
@group(0) @binding(2) var<storage, read_write> y_single: array<u32>;

struct Block { start: u32, row: u32, column: u32, inside: bool } // start of its matrix; its first row and column

fn block_of(group: Workgroup, local: u32) -> Block {
  let tile_side = 4 * SIDE;
  let down = (params.rows + tile_side - 1) / tile_side;
  let along = (params.columns + tile_side - 1) / tile_side;
  let tile = index_of(group);
  let matrix = tile / (down * along);
  let row = tile / along % down * tile_side + local / SIDE * 4;
  let column = tile % along * tile_side + local % SIDE * 4;
  let inside = matrix < params.outer && row < params.rows && column < params.columns;
  return Block(matrix * params.rows * params.columns, row, column, inside);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn vectors(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let block = block_of(group, local);
  if (!block.inside) { return; }
  let x_step = params.columns / 4;
  let i = (block.start + block.row * params.columns + block.column) / 4;
  let r0 = x[i];
  let r1 = x[i + x_step];
  let r2 = x[i + 2 * x_step];
  let r3 = x[i + 3 * x_step];
  let y_step = params.rows / 4;
  let j = (block.start + block.column * params.rows + block.row) / 4;
  y[j] = vec4<u32>(r0.x, r1.x, r2.x, r3.x);
  y[j + y_step] = vec4<u32>(r0.y, r1.y, r2.y, r3.y);
  y[j + 2 * y_step] = vec4<u32>(r0.z, r1.z, r2.z, r3.z);
  y[j + 3 * y_step] = vec4<u32>(r0.w, r1.w, r2.w, r3.w);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn singles(group: Workgroup, @builtin(local_invocation_index) local: u32) {
  let block = block_of(group, local);
  if (!block.inside) { return; }
  for (var column = block.column; column < min(block.column + 4, params.columns); column++) {
    for (var row = block.row; row < min(block.row + 4, params.rows); row++) {
      y_single[block.start + column * params.rows + row] = x_single[block.start + row * params.columns + column];
    }
  }
}
