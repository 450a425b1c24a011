/** Text that is already HTML. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template for HTML: values are escaped unless they are `Html`. */
export const html = (
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html => new Html(strings.reduce((text, string, i) => text + render(values[i - 1]) + string));

function render(value: string | number | Html | readonly Html[]): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** A style sheet of our own, not escaped: it must not contain the closing tag. */
export function style(text: string): Html {
  if (text.includes('</style')) throw new Error('internal: the text of a <style> closes it');
  return new Html(`<style>${text}</style>`);
}
