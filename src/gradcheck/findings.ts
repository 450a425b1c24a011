export interface CheckResult {
  readonly operation: string;
  /** The shapes and arguments of the case. */
  readonly label: string;
  /** The error that came closest to its tolerance, and that tolerance. */
  readonly error: number;
  readonly tolerance: number;
  readonly verdict: 'passed' | 'failed';
  /** What was compared and where it went wrong, if it did. */
  readonly reason?: string;
}

/**
 * A result whose reason is left out if it was told before: a shader that does not compile fails every case after it.
 * @param told what was told so far.
 */
export function brief(result: CheckResult, told: Set<string>): CheckResult {
  const { reason } = result;
  if (reason === undefined) return result;
  if (told.has(reason)) return { ...result, reason: 'as above' };
  told.add(reason);
  return result;
}

/** How far apart two numbers are; NaN equals NaN alone, and an infinity itself alone. */
function distance(a: number, b: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const difference = Math.abs(a - b);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

/** Numbers to hold against others. */
export interface Comparison {
  /** Names them in a failure. */
  readonly what: string;
  readonly got: ArrayLike<number>;
  readonly expected: ArrayLike<number>;
  readonly tolerance: (position: number) => number;
}

/** Collects the comparisons of one case. */
export class Findings {
  #worst = { error: 0, tolerance: 0, ratio: -1 };
  #reason: string | undefined;

  /** Compares element by element, each with its own tolerance. */
  compare({ what, got, expected, tolerance }: Comparison): void {
    if (got.length !== expected.length) this.fail(`${what}: ${got.length} elements, expected ${expected.length}`);
    for (let i = 0; i < expected.length; i++) {
      const error = distance(got[i], expected[i]);
      const allowed = tolerance(i);
      const ratio = error === 0 ? 0 : error / allowed;
      if (ratio > this.#worst.ratio) this.#worst = { error, tolerance: allowed, ratio };
      // Not `error > allowed`, which a tolerance of NaN would pass; nor may an infinite one let an infinity pass.
      if (error !== 0 && !(error <= allowed && error < Number.POSITIVE_INFINITY))
        this.fail(`${what}, element ${i}: got ${got[i]}, expected ${expected[i]} +- ${allowed}`);
    }
  }

  /** Notes what is wrong; the first counts. */
  fail(reason: string): void {
    this.#reason ??= reason;
  }

  result(operation: string, label: string): CheckResult {
    const { error, tolerance } = this.#worst;
    const of = { operation, label, error, tolerance };
    return this.#reason === undefined
      ? { ...of, verdict: 'passed' }
      : { ...of, verdict: 'failed', reason: this.#reason };
  }
}
