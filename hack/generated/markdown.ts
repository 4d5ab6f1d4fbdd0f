export type Row = readonly string[];

export function table(head: Row, rows: readonly Row[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

export const code = (text: string) => `\`${text}\``;

/** Angle brackets would be taken for HTML, a bar for the end of the cell. */
export const cell = (text: string) => text.replaceAll('<', '&lt;').replaceAll('|', '\\|');
