/** An object that `helm uninstall` did not delete although it went well. */
export interface LeftBehind {
  readonly kind: string;
  readonly name: string;
  /**
   * `kept`: by its annotation helm.sh/resource-policy. `foreign`: it belongs to somebody else by now. `unverified`: helm
   * could not ask whose it is.
   */
  readonly why: 'kept' | 'foreign' | 'unverified';
  readonly detail?: string;
}

const SECTIONS: readonly (readonly [RegExp, LeftBehind['why']])[] = [
  [/kept due to the resource policy:?$/, 'kept'],
  [/because they are not owned by this release:$/, 'foreign'],
  [/because their ownership could not be verified:$/, 'unverified'],
];

/** Reads what helm printed. Its sections are headlines, each with lines like `[Service] web` or `[Service] web: reason`. */
export function leftBehind(output: string): readonly LeftBehind[] {
  const found: LeftBehind[] = [];
  let why: LeftBehind['why'] | undefined;
  for (const line of output.split('\n')) {
    const section = SECTIONS.find(([headline]) => headline.test(line.trim()));
    if (section !== undefined) {
      why = section[1];
      continue;
    }
    const [, kind, name, detail] = /^\[([A-Za-z0-9]+)\] ([^\s:]+)(?:: (.*))?$/.exec(line.trim()) ?? [];
    if (why === undefined || kind === undefined || name === undefined) continue;
    found.push({ kind, name, why, ...(detail === undefined ? {} : { detail }) });
  }
  return found;
}
