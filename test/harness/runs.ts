// Runs of the command line on small data, in a folder that is removed with the process.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Generator, uniform } from '../../src/core/random/generator.ts';

export const folder = mkdtempSync(join(tmpdir(), 'dawngrad-resume-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** The side of the square images, in pixels. */
const SIDE = 6;
const CLASSES = 3;

const idx = (shape: readonly number[], bytes: readonly number[]): Uint8Array =>
  Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap((length) => [0, 0, length >> 8, length & 255]), ...bytes]);

/** Four IDX files: noise, brighter in one third of the image, which determines the class. */
function writeData(count: number): string {
  const path = join(folder, 'data');
  mkdirSync(path);
  for (const [prefix, n] of [
    ['train', count],
    ['t10k', 30],
  ] as const) {
    const noise = uniform(n * SIDE * SIDE, new Generator(n));
    const pixels = Array.from(noise, (u, i) => {
      const label = Math.floor(i / (SIDE * SIDE)) % CLASSES;
      return Math.floor(180 * u) + (Math.floor((i % (SIDE * SIDE)) / (2 * SIDE)) === label ? 60 : 0);
    });
    writeFileSync(join(path, `${prefix}-images-idx3-ubyte`), idx([n, SIDE, SIDE], pixels));
    writeFileSync(
      join(path, `${prefix}-labels-idx1-ubyte`),
      idx(
        [n],
        Array.from({ length: n }, (_, i) => i % CLASSES),
      ),
    );
  }
  return path;
}

const data = writeData(600);

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs the command line. */
export function dawngrad(...args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['dist/node/cli.js', ...args], { timeout: 100_000, killSignal: 'SIGKILL' });
  let stderr = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr }))) };
}

export const trainTo = (out: string, backend: string, epochs: number): string[] =>
  ['train', '--data', data, '--backend', backend, '--out', out, '--epochs', String(epochs), '--layers', '12,8'].concat([
    '--batch-size',
    '16',
    '--validation-split',
    '0.1',
    '--checkpoint-every',
    '0.02',
    '--seed',
    '5',
  ]);

export const weightsOf = (run: string): string => readFileSync(join(run, 'weights.safetensors'), 'base64');
export const lossesOf = (run: string): string[] =>
  readFileSync(join(run, 'history.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.stringify({ ...JSON.parse(line), seconds: 0 }));
