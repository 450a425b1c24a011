// What the comparison asks of a library. One file in libraries/ for each answers it.

export type Kind = 'train' | 'trainConvolutions' | 'matmul' | 'batchNormRelu' | 'softmax' | 'sum';

/** One computation with its sizes, the same for every library; workloads.mjs lists them. */
export interface Workload {
  readonly name: string;
  readonly kind: Kind;
  /** Of the inputs, in the order in which the kind takes them. */
  readonly shapes: readonly (readonly number[])[];
  /** What one repetition does: steps, 1e9 floating-point operations, or 1e9 bytes that it can't do without moving. */
  readonly work: number;
  readonly unit: 'steps/s' | 'GFLOP/s' | 'GB/s';
  /** `matmul` alone: which operands are stored transposed. */
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** `train` alone: the share of activations that are dropped. */
  readonly dropout?: number;
}

/** An input, row-major, in the host's memory. */
export interface HostArray {
  readonly data: Float32Array<ArrayBuffer>;
  readonly shape: readonly number[];
}

/** A workload in the hands of a library, its inputs on the device. */
export interface Job {
  /** Starts or queues one repetition; a library that has to be awaited to get it started returns a promise. */
  run(): void | Promise<void>;
  /** The numbers that the last repetition gave; of a training step the loss before it. */
  result(): Promise<Float32Array>;
}

export interface Library {
  prepare(workload: Workload, inputs: readonly HostArray[]): Job | Promise<Job>;
  /** Absent where the work of a repetition is done when `run` is over. */
  readonly queue?: {
    /** Hands to the device what is queued, without waiting. */
    flush(): void;
    /** Resolves when the device has done it all. */
    wait(): Promise<void>;
  };
}
