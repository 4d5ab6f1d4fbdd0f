import { load } from 'js-yaml';

/** What a template has to be when everything is filled in. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Puts words in the place of `${WORD}`. One that is not known is a mistake. */
export function fillIn(template: string, words: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\$\{(\w+)\}/g, (_, word: string) => {
    const value = words[word];
    if (value === undefined)
      throw new Error(`a template has \${${word}}: known are ${Object.keys(words).join(', ')}`);
    return value;
  });
}

/** The same, read as YAML. */
export function fillInObject(template: string, words: Readonly<Record<string, string>>): Manifest {
  const object = load(fillIn(template, words)) as Partial<Manifest> | undefined;
  if (object?.metadata?.name === undefined) throw new Error('the template is not one object with a name');
  return object as Manifest;
}
