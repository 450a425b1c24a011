import specialWgsl from '../../shaders/lib/special.wgsl';
import shader from '../../shaders/optim/clip.wgsl';
import { CpuDevice } from '../backends/cpu/device.ts';
import { checkValues } from '../core/checks.ts';
import { commonDevice, type Device } from '../core/device.ts';
import type { Kernel } from '../core/kernel.ts';
import { emptyOn, keep, Tensor } from '../core/tensor.ts';
import { clip } from '../ops/elementwise/unary.ts';
import { runner } from '../ops/op.ts';
import { Arena, LANES, type Layout, layoutsOf } from './arena.ts';
import { CLIPS, checkClips, checksOf, type OptimizerOptions } from './options.ts';

export type ClipOptions = Pick<OptimizerOptions, 'clipNorm' | 'globalClipNorm' | 'clipValue'>;

/** Elements that one workgroup adds up. */
const CHUNK = 4096;
const kernel: Kernel = { name: 'clip', sources: [shader, specialWgsl] };

/** Clips arenas of gradients by norm, in place and in two dispatches each, whatever the number of parameters. */
export class NormClip {
  readonly #layouts: readonly Layout[];
  readonly #isTogether: boolean;
  readonly #maxNorm: number;
  /** Of each arena: `[chunks, 4]`, where a chunk lies and which sums belong to its group. */
  readonly #chunks: readonly Tensor[];
  /** Of the chunks of all arenas. */
  readonly #sums: Tensor;

  /** One norm per tensor, or one for all `together`. */
  constructor(
    device: Device,
    layouts: readonly Layout[],
    { together, maxNorm }: { together: boolean; maxNorm: number },
  ) {
    this.#layouts = layouts;
    this.#isTogether = together;
    this.#maxNorm = maxNorm;
    const counts = layouts.map(({ lengths }) => lengths.map((length) => Math.ceil(length / CHUNK)));
    const total = counts.flat().reduce((sum, count) => sum + count, 0);
    let first = 0;
    // A chunk ends with its tensor: sums are the same however tensors are spread over arenas.
    this.#chunks = layouts.map(({ starts, lengths }, arena) => {
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
    this.#sums = keep(emptyOn(device, [total]));
  }

  /** @param gradients the arenas, in the order of the layouts. */
  apply(gradients: readonly Tensor[]): void {
    const [{ device }] = gradients;
    if (device instanceof CpuDevice) {
      const [{ starts, lengths, total }] = this.#layouts; // one, as memory has no limit there
      const groups = this.#isTogether ? [[0, total] as const] : starts.map((at, i) => [at, at + lengths[i]] as const);
      device.references.clipByNorm(device.view(gradients[0]).data, groups, this.#maxNorm);
      return;
    }
    const run = runner(kernel, device);
    let first = 0;
    const options = this.#chunks.map(({ shape: [count] }) => {
      first += count;
      return { params: { count, first: first - count, max_norm: this.#maxNorm }, grid: { workgroups: count } };
    });
    gradients.forEach((gradient, i) => {
      run.into('sums', [gradient, this.#chunks[i]], [this.#sums], options[i]);
    });
    gradients.forEach((gradient, i) => {
      run.into('scale', [this.#sums, this.#chunks[i]], [gradient], options[i]);
    });
  }

  dispose(): void {
    for (const t of [...this.#chunks, this.#sums]) t.dispose();
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
  checkValues('clipGradients', options, checksOf(CLIPS));
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
