import { isSoftware } from '../../src/backends/webgpu/adapter.ts';
import { check } from './checks.ts';
import { inputsOf } from './inputs.ts';
import { libraries } from './libraries/index.mjs';
import { Meter } from './meter.ts';

/** One library in a process or page of its own: answers what the coordinator asks. */
export class Contestant {
  #library;
  #expectation;
  #job;
  #meter;

  /** `wasmFolder` is the path or address under which the .wasm files of TensorFlow.js lie. */
  static async open(name, { wasmFolder }) {
    const contestant = new Contestant();
    contestant.#library = await libraries[name].open({ wasmFolder });
    return contestant;
  }

  /** The GPU that the libraries find. */
  async adapter() {
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
    const { vendor, architecture, description } = adapter.info;
    return { vendor, architecture, description, software: isSoftware(adapter) };
  }

  /** Checks the results, then makes ready for sampling. @throws Error with the numbers if they are wrong. */
  async prepare(workload) {
    this.#expectation = await check(this.#library, workload);
    this.#job = await this.#library.prepare(workload, inputsOf(workload));
    this.#meter = new Meter(this.#library, this.#job);
    await this.#meter.calibrate();
  }

  /** The time of one repetition, in ms. */
  sample() {
    return this.#meter.sample();
  }

  /** Checks what the last of the timed repetitions gave. @throws Error with the numbers if it is wrong. */
  async verify() {
    this.#expectation(await this.#job.result());
  }
}
