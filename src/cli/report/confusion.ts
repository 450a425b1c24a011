import type { LabelledImages } from '../../data/files/mnist.ts';
import { grouped, percent } from '../format.ts';
import { pngUri } from '../images/images.ts';
import type { Mistake, Outcome } from '../outcome.ts';
import { type Html, html } from './html.ts';

const MISTAKES_SHOWN = 20;

/** Counts of labels against predictions, coloured by their share of the row. */
export function confusionMatrix({ confusion }: Outcome): Html {
  const shares = confusion.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => count / Math.max(1, total));
  });
  const wrong = shares.flatMap((row, label) => row.filter((_, predicted) => predicted !== label));
  const worst = wrong.reduce((a, b) => Math.max(a, b), 0);
  const cell = (count: number, label: number, predicted: number): Html => {
    if (count === 0) return html`<td class="none">0</td>`;
    const share = shares[label][predicted];
    // Errors are rare, so they have a separate colour scale, up to the most frequent error.
    const tint = label === predicted ? 40 * share : 12 + 48 * (share / worst);
    return html`<td class="${label === predicted ? 'right' : 'wrong'}" style="--share: ${tint.toFixed(1)}" title="${percent(share, 1)} of class ${label}">${count}</td>`;
  };
  return html`<h2>Confusion matrix</h2>
<p class="note">Each row holds the test images of one class, by predicted class. Blue is correct, red is wrong; a stronger colour is a larger share of the row. The last column is the share of correct predictions.</p>
<div class="scroll"><table class="matrix">
<tr><th></th><th colspan="${confusion.length}">prediction</th><th></th></tr>
<tr><th>label</th>${confusion.map((_, predicted) => html`<th scope="col">${predicted}</th>`)}<th></th></tr>${confusion.map(
    (row, label) => html`
<tr><th scope="row">${label}</th>${row.map((count, predicted) => cell(count, label, predicted))}<th class="share">${percent(shares[label][label], 1)}</th></tr>`,
  )}
</table></div>`;
}

/** The misclassified images with the highest predicted probability. */
export function mistakes(outcome: Outcome, test: LabelledImages): Html {
  const shown = outcome.mistakes.slice(0, MISTAKES_SHOWN);
  if (shown.length === 0)
    return html`<h2>Mistakes</h2><p class="note">None: every test image was classified correctly.</p>`;
  return html`<h2>Most confident mistakes</h2>
<p class="note">The ${shown.length} of ${grouped(outcome.mistakes.length)} misclassified test images with the highest predicted probability. Captions show the label, the prediction and its probability.</p>
<div class="digits">${shown.map((mistake) => figure(mistake, test))}
</div>`;
}

function figure({ index, label, prediction }: Mistake, { images }: LabelledImages): Html {
  const [, height, width] = images.shape;
  const size = height * width;
  const uri = pngUri(images.data.subarray(index * size, (index + 1) * size), [height, width]);
  return html`
<figure><img src="${uri}" alt="test image ${index}"><figcaption>${label} → <strong>${prediction.label}</strong> <small>${percent(prediction.confidence, 1)}</small></figcaption></figure>`;
}
