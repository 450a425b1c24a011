import treeWgsl from '../../shaders/lib/rows/tree.wgsl';
import specialWgsl from '../../shaders/lib/special.wgsl';
import shader from '../../shaders/optim/clip.wgsl';
import { checkValues } from '../core/checks.ts';
import { commonDevice, type Device } from '../core/device.ts';
import { emptyOn, keep, Tensor } from '../core/tensor.ts';
import { clip } from '../ops/elementwise/unary.ts';
import { defineKernel } from '../ops/op.ts';
import { Arena, LANES, type Layout, layoutsOf } from './arena.ts';
import { CLIP_CHECKS, checkClips, type OptimizerOptions } from './options.ts';

export type ClipOptions = Pick<OptimizerOptions, 'clipNorm' | 'globalClipNorm' | 'clipValue'>;

/** Elements that one workgroup adds up. */
const CHUNK = 4096;

interface Clipped {
  /** The arenas. */
  readonly gradients: readonly Tensor[];
  readonly layouts: readonly Layout[];
  /** For each arena `[chunks, 4]`: where a chunk lies, and which sums belong to its norm. */
  readonly chunks: readonly Tensor[];
  /** Sums of squares of the chunks of all arenas. */
  readonly sums: Tensor;
  readonly maxNorm: number;
  /** Whether there is one norm for all tensors, rather than one each. */
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
  // One arena, as memory has no limit there.
  reference: (device, { gradients: [gradient], layouts: [{ starts, lengths, total }], maxNorm, together }) => {
    const groups = together ? [[0, total] as const] : starts.map((at, i) => [at, at + lengths[i]] as const);
    device.references.clipByNorm(device.view(gradient).data, groups, maxNorm);
  },
});

/** Clips arenas of gradients by norm, in place and in two dispatches each, whatever the number of parameters. */
export class NormClip {
  readonly #given: Omit<Clipped, 'gradients'>;

  /** One norm per tensor, or one for all `together`. */
  constructor(
    device: Device,
    layouts: readonly Layout[],
    { together, maxNorm }: { together: boolean; maxNorm: number },
  ) {
    const counts = layouts.map(({ lengths }) => lengths.map((length) => Math.ceil(length / CHUNK)));
    const total = counts.flat().reduce((sum, count) => sum + count, 0);
    let first = 0;
    // A chunk ends with its tensor: sums are the same however tensors are spread over arenas.
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
    this.#given = { layouts, chunks, sums: keep(emptyOn(device, [total])), maxNorm, together };
  }

  /** @param gradients the arenas, in the order of the layouts. */
  apply(gradients: readonly Tensor[]): void {
    clipByNorm(gradients[0].device, { gradients, ...this.#given });
  }

  dispose(): void {
    for (const t of [...this.#given.chunks, this.#given.sums]) t.dispose();
  }
}

/**
 * Clips gradients as the optimizers do, for training loops that need them between: by value
 * `min(max(g, -clipValue), clipValue)`, or by norm `g min(1, c / |g|)`, one norm each (`clipNorm`) or one for all
 * (`globalClipNorm`). PyTorch divides by `|g| + 1e-6`.
 * @returns new tensors, in order. @throws ValueError for a limit that is not above 0, or more than one.
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
    for (const each of arenas) each.dispose();
    normClip?.dispose();
  }
}
