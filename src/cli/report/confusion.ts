import type { LabelledImages } from '../../data/files/mnist.ts';
import { grouped, percent } from '../format.ts';
import { pngUri } from '../images/images.ts';
import type { Mistake, Outcome } from '../outcome.ts';
import { type Html, html } from './html.ts';

const MISTAKES_SHOWN = 20;

/** Counts of labels against predictions, tinted by their share of the row. */
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
    // Errors are few: they have a scale of their own, up to the commonest of them.
    const tint = label === predicted ? 40 * share : 12 + 48 * (share / worst);
    return html`<td class="${label === predicted ? 'right' : 'wrong'}" style="--share: ${tint.toFixed(1)}" title="${percent(share, 1)} of class ${label}">${count}</td>`;
  };
  return html`<h2>Confusion matrix</h2>
<p class="note">Each row holds the test images of one class, each column what they were taken for. Blue is right, red is wrong, the stronger the larger the share of the row; the last column is the share that was recognised.</p>
<div class="scroll"><table class="matrix">
<tr><th></th><th colspan="${confusion.length}">taken for</th><th></th></tr>
<tr><th>label</th>${confusion.map((_, predicted) => html`<th scope="col">${predicted}</th>`)}<th></th></tr>${confusion.map(
    (row, label) => html`
<tr><th scope="row">${label}</th>${row.map((count, predicted) => cell(count, label, predicted))}<th class="share">${percent(shares[label][label], 1)}</th></tr>`,
  )}
</table></div>`;
}

/** The pictures that the network was surest about and got wrong. */
export function mistakes(outcome: Outcome, test: LabelledImages): Html {
  const shown = outcome.mistakes.slice(0, MISTAKES_SHOWN);
  if (shown.length === 0) return html`<h2>Mistakes</h2><p class="note">None: every test image was recognised.</p>`;
  return html`<h2>Most confident mistakes</h2>
<p class="note">The ${shown.length} test images that the network was surest about and got wrong, of ${grouped(outcome.mistakes.length)}. First the label, then what the network saw and its probability.</p>
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
