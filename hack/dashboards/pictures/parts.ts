import { round } from '../../bench/report/axis.ts';
import type { FieldDefaults, ThresholdStep } from '../shown.ts';

/** Where something is drawn. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface TextLook {
  readonly look?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** How wide it may be; what is longer is cut. */
  readonly width?: number;
  /** Of a character, on average. */
  readonly character?: number;
}

const CHARACTER = 6.3;

export function text(x: number, y: number, content: string, options: TextLook = {}): string {
  const { look, anchor = 'start', width = Infinity, character = CHARACTER } = options;
  const most = Math.max(1, Math.floor(width / character));
  const shown = content.length > most ? `${content.slice(0, most - 1)}…` : content;
  const name = look === undefined ? '' : ` class="${look}"`;
  return `<text${name} x="${String(round(x))}" y="${String(round(y))}" text-anchor="${anchor}">${escaped(shown)}</text>`;
}

export function rectangle({ x, y, width, height }: Box, look: string): string {
  const at = [x, y, width, height].map((each) => String(round(each)));
  return `<rect class="${look}" x="${at[0] ?? ''}" y="${at[1] ?? ''}" width="${at[2] ?? ''}" height="${at[3] ?? ''}"/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number): string {
  const at = [x1, y1, x2, y2].map((each) => String(round(each)));
  return `<line class="grid" x1="${at[0] ?? ''}" y1="${at[1] ?? ''}" x2="${at[2] ?? ''}" y2="${at[3] ?? ''}"/>`;
}

export function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** The colour that the thresholds of a panel give to a value. */
export function colourOf(value: number, steps: readonly ThresholdStep[] = []): string {
  return steps.findLast((step) => step.value === null || value >= step.value)?.color ?? 'text';
}

/** What stands for a value by the panel's mappings. */
export function mapped(
  value: number,
  { mappings = [] }: FieldDefaults,
): { readonly text: string; readonly color: string } | undefined {
  return mappings.map(({ options }) => options[String(value)]).find((each) => each !== undefined);
}
