// ONNX's operator cases. Operators without a rule are not offered.
import { scope } from '../../src/node.ts';
import { Case, outputsOf, type Translation } from './case.ts';
import { elementwise } from './onnx/elementwise.ts';
import { network } from './onnx/network.ts';
import { reduce } from './onnx/reduce.ts';
import { shape } from './onnx/shape.ts';
import { windows } from './onnx/window.ts';
import { runOnnxTrainingCase } from './optimizers.ts';

const rules = { ...elementwise, ...shape, ...reduce, ...network, ...windows };

export const runOnnxCase: Translation = async (given) => {
  if (given.file === 'onnx/training.json') return runOnnxTrainingCase(given);
  const rule = rules[given.op];
  if (rule === undefined) return null;
  return scope(async () => {
    const results = rule(new Case(given));
    return results && outputsOf(results);
  });
};
