import shader from '../../../shaders/data/augment.wgsl';
import philoxWgsl from '../../../shaders/lib/philox.wgsl';
import sineWgsl from '../../../shaders/lib/sine.wgsl';
import type { AugmentAttributes } from '../../backends/cpu/reference/data/augment.ts';
import { ShapeError, ValueError } from '../../core/errors.ts';
import { formatShape, type Shape, sizeOf } from '../../core/shape.ts';
import type { Tensor } from '../../core/tensor/tensor.ts';
import { constantOf } from '../../core/wgsl.ts';
import { SOFTWARE_WORKGROUP } from '../lib/rows.ts';
import { defineOp } from '../op.ts';

const WORKGROUP_SIZE = constantOf(shader.text, 'WORKGROUP_SIZE');
const PIXELS = constantOf(shader.text, 'PIXELS');

/** The parameters of augment.wgsl for one image. */
function paramsOf(attributes: AugmentAttributes) {
  const { imageShape, translation, rotation, zoom, shear, mirrors, brightness, contrast, erasing, fill, stream } =
    attributes;
  const [height, width, channels = 1] = imageShape;
  return {
    ...{ height, width, channels },
    ...{
      shift_x: width * translation,
      shift_y: height * translation,
      rotation: (rotation / 180) * Math.PI,
      zoom,
      shear,
    },
    flip_horizontal: Number(mirrors.horizontal),
    flip_vertical: Number(mirrors.vertical),
    ...{ brightness, contrast },
    ...{ erased_width: Math.floor(width * erasing), erased_height: Math.floor(height * erasing), fill, stream },
  };
}

/** Rejects samples whose size does not match the image shape. */
export function checkImages(op: string, sampleShape: Shape, imageShape: Shape): void {
  if ([2, 3].includes(imageShape.length) && sizeOf(imageShape) === sizeOf(sampleShape)) return;
  throw new ShapeError({
    op,
    got: `samples of shape ${formatShape(sampleShape)} as images of shape ${formatShape(imageShape)}`,
    expected: '[height, width, channels] or [height, width], with as many elements as a sample',
    fix: 'Set the shape of the images, for example imageShape: [28, 28] for 784 numbers.',
  });
}

/**
 * Transforms each image of a batch with random coefficients, in one pass; augment.wgsl has the formula. The
 * coefficients of image b depend only on the device's seed and training step, the stream and b. x has no gradient.
 * Inputs: x `[batch, ...]`, and the generator's state.
 */
export const augment = defineOp<[x: Tensor, state: Tensor], AugmentAttributes>({
  name: 'augmentation',
  shader: [philoxWgsl, sineWgsl, shader],
  reference: ({ augment }) => augment,
  dtypes: [['f32'], ['i32']],
  shape: ([x], { imageShape }) => {
    checkImages('augmentation', x.slice(1), imageShape);
    return x;
  },
  forward: (run, [x, state], attributes) => {
    const [images] = x.shape;
    const [height, width] = attributes.imageShape;
    // On a software GPU invocations run one after another, so a small workgroup draws the coefficients fewer times.
    const workgroupSize = x.device.info.adapter.software ? SOFTWARE_WORKGROUP : WORKGROUP_SIZE;
    const slabs = Math.ceil((height * width) / (workgroupSize * PIXELS));
    return run('forward', [x], {
      shape: x.shape,
      uniforms: [state],
      params: { ...paramsOf(attributes), images, slabs },
      constants: { WORKGROUP_SIZE: workgroupSize },
      grid: { workgroups: images * slabs },
    });
  },
  backward: () => {
    throw new ValueError({
      op: 'augmentation',
      got: 'a request for the gradient of the images',
      expected: 'images that do not depend on weights',
      fix: 'Put the augmentation before the first layer with weights.',
    });
  },
});
