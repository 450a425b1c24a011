import treeWgsl from '../../shaders/lib/rows/tree.wgsl';
import specialWgsl from '../../shaders/lib/special.wgsl';
import shader from '../../shaders/optim/clip.wgsl';
import { checkValues } from '../core/checks.ts';
import { commonDevice, type Device } from '../core/device.ts';
import { emptyOn, keep, Tensor } from '../core/tensor/tensor.ts';
import { clip } from '../ops/elementwise/unary.ts';
import { defineKernel } from '../ops/op.ts';
import { Arena, LANES, type Layout, layoutsOf } from './arena.ts';
import { CLIP_CHECKS, checkClips, type OptimizerOptions } from './options.ts';

/** Options of `clipGradients`; set at most one. */
export type ClipOptions = Pick<OptimizerOptions, 'clipNorm' | 'globalClipNorm' | 'clipValue'>;

/** Elements that one workgroup sums. */
const CHUNK = 4096;

interface Clipped {
  readonly gradients: readonly Tensor[];
  readonly layouts: readonly Layout[];
  /** For each arena `[chunks, 4]`: the range of a chunk, and the range of the sums that make up its norm. */
  readonly chunks: readonly Tensor[];
  /** The sums of squares of all chunks in all arenas. */
  readonly sums: Tensor;
  readonly maxNorm: number;
  /** Whether all tensors share one norm, rather than having one each. */
  readonly together: boolean;
}

const clipByNorm = defineKernel<[Clipped]>({
  name: 'clip',
  shader: [shader, treeWgsl, specialWgsl],
  run: (run, { gradients, chunks, sums, maxNorm }) => {
    let first = 0;
    const options = chunks.map(({ shape: [count] }) => {
      first += count;
      return { params: { count, first: first - count, max_norm: maxNorm }, grid: { workgroups: count } };
    });
    gradients.forEach((gradient, i) => {
      run.into('sums', [gradient, chunks[i]], [sums], options[i]);
    });
    gradients.forEach((gradient, i) => {
      run.into('scale', [sums, chunks[i]], [gradient], options[i]);
    });
  },
  // The CPU backend has a single arena, because its memory has no limit.
  reference: (device, { gradients: [gradient], layouts: [{ starts, lengths, total }], maxNorm, together }) => {
    const groups = together ? [[0, total] as const] : starts.map((at, i) => [at, at + lengths[i]] as const);
    device.references.clipByNorm(device.view(gradient).data, groups, maxNorm);
  },
});

/** Clips arenas of gradients by norm, in place and in two dispatches per arena, for any number of parameters. */
export class NormClip {
  readonly #options: Omit<Clipped, 'gradients'>;

  /** One norm per tensor, or a single norm if `together`. */
  constructor(
    device: Device,
    layouts: readonly Layout[],
    { together, maxNorm }: { together: boolean; maxNorm: number },
  ) {
    const counts = layouts.map(({ lengths }) => lengths.map((length) => Math.ceil(length / CHUNK)));
    const total = counts.flat().reduce((sum, count) => sum + count, 0);
    let first = 0;
    // Chunks do not cross tensors, so the sums do not depend on how tensors are spread over arenas.
    const chunks = layouts.map(({ starts, lengths }, arena) => {
      const rows = starts.flatMap((start, i) => {
        const end = start + lengths[i];
        const group = together ? [0, total] : [first, first + counts[arena][i]];
        first += counts[arena][i];
        return Array.from({ length: counts[arena][i] }, (_, chunk) => {
          const at = start + chunk * CHUNK;
          return [at / LANES, Math.min(at + CHUNK, end) / LANES, ...group];
        });
      });
      return keep(new Tensor(device, device.upload(Int32Array.from(rows.flat()), 'i32'), [rows.length, 4], 'i32'));
    });
    this.#options = { layouts, chunks, sums: keep(emptyOn(device, [total])), maxNorm, together };
  }

  /** @param gradients the arenas, in the order of the layouts. */
  apply(gradients: readonly Tensor[]): void {
    clipByNorm(gradients[0].device, { gradients, ...this.#options });
  }

  dispose(): void {
    for (const t of [...this.#options.chunks, this.#options.sums]) t.dispose();
  }
}

/**
 * Clips gradients as the optimizers do, for your own training loops: by value, `min(max(g, -clipValue), clipValue)`, or
 * by norm, `g min(1, c / |g|)`, with one norm per tensor (`clipNorm`) or one for all (`globalClipNorm`). PyTorch
 * divides by `|g| + 1e-6`.
 * @param gradients f32, any shapes.
 * @returns new tensors, in order.
 * @throws ValueError for a limit that is not above 0, or for more than one limit.
 * @see Pascanu et al. (2013), "On the difficulty of training recurrent neural networks".
 */
export function clipGradients(gradients: readonly Tensor[], options: ClipOptions): Tensor[] {
  checkValues('clipGradients', options, CLIP_CHECKS);
  checkClips('clipGradients', options);
  const { clipNorm, globalClipNorm, clipValue } = options;
  if (clipValue !== undefined) return gradients.map((g) => clip(g, -clipValue, clipValue));
  const maxNorm = clipNorm ?? globalClipNorm;
  if (maxNorm === undefined || gradients.length === 0) return gradients.map((g) => g.alias());
  const device = commonDevice('clipGradients', gradients);
  const layouts = layoutsOf(device, gradients);
  const arenas: Arena[] = [];
  let normClip: NormClip | undefined;
  try {
    for (const layout of layouts) arenas.push(new Arena(device, layout));
    normClip = new NormClip(device, layouts, { together: clipNorm === undefined, maxNorm });
    for (const [i, { tensors }] of layouts.entries()) arenas[i].fill(tensors);
    normClip.apply(arenas.map(({ whole }) => whole));
    return arenas.flatMap(({ parts }) => parts.map((part) => part.alias()));
  } finally {
    for (const arena of arenas) arena.dispose();
    normClip?.dispose();
  }
}
