import type { Chart } from '../../../../../src/charts/chart.ts';
import type { EventRecorder } from '../../../../../src/kube/events.ts';
import { createMarkFormat } from '../../../../../src/helm/storage/marks.ts';
import type { MarkFormat } from '../../../../../src/helm/storage/marks.ts';
import type { Meter } from '../../../../../src/release/record/meter.ts';

export const DIGEST_KEY = Buffer.alloc(32, 7);

export function marksWith(key: Buffer): MarkFormat {
  return createMarkFormat({ formulaVersion: 1, key });
}

/** A chart whose content is told by one word. */
export function chartOf(content: string): Chart {
  return {
    name: 'web',
    version: '1.0.0',
    digest: content,
    hooks: 'none',
    crds: [],
    bytes: 1_000,
    revision: `commit-${content}`,
    path: content,
  };
}

export const NO_VALUES = {
  files: [],
  inline: {},
  merged: {},
  warnings: [],
  secrets: [],
} as const;

export const NO_METER: Meter = {
  actionEnded: () => undefined,
  failed: () => undefined,
  rolledBack: () => undefined,
};

export function createEvents(reasons: string[]): EventRecorder {
  return {
    record: ({ reason }) => {
      reasons.push(reason);
    },
    flush: () => Promise.resolve(),
    close: () => undefined,
  };
}
