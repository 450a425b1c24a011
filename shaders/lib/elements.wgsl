// The grid of kernels that compute elements, or vectors of four with WIDTH 4, without workgroup memory. An invocation
// computes ITEMS of them, WORKGROUP_SIZE apart, so that neighbouring invocations access neighbouring elements. Joined
// to files with functions `<entry>_element(i)`; elements/entry.wgsl makes an entry point of each.

const WORKGROUP_SIZE: u32 = 64;
const ITEMS: u32 = 1;
const WIDTH: u32 = 1;
