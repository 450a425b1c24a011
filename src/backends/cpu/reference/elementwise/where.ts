import { broadcastShapes } from '../../../../core/shape.ts';
import { broadcastPosition, eachIndex, type NdArray, toInt, zeros } from '../ndarray.ts';

/** y = a where the condition is not 0, else b, with NumPy's broadcasting. */
export const where = {
  forward: ([condition, a, b]: readonly [NdArray, NdArray, NdArray]): NdArray => {
    const y = zeros(broadcastShapes('where', condition.shape, broadcastShapes('where', a.shape, b.shape)));
    eachIndex(y.shape, (index, flat) => {
      const chosen = condition.data[broadcastPosition(index, condition.shape)] !== 0 ? a : b;
      y.data[flat] = chosen.data[broadcastPosition(index, chosen.shape)];
    });
    return a.data instanceof Int32Array ? toInt(y) : y;
  },
};
