// How kernels without workgroup memory cover their elements or, with WIDTH 4, vectors of four: an invocation computes ITEMS of
// them, WORKGROUP_SIZE apart, so that neighbours read neighbours. Joined to files with functions `<entry>_element(i)`, for each
// of which elements/entry.wgsl makes an entry point.

const WORKGROUP_SIZE: u32 = 64;
const ITEMS: u32 = 1;
const WIDTH: u32 = 1;
