import type { Demo } from '../demo.ts';
import { expect } from '../step-failed.ts';

export async function showMetrics({ shell, screen }: Demo, operatorUrl: string): Promise<void> {
  screen.step('A dashboard gets this from the operator');
  const shown = await shell.show(
    `curl --silent ${operatorUrl}/metrics | grep -E '^helmrelease_(ready|phase|info|revision|last|failures|rollbacks)'`,
  );
  expect(/^helmrelease_ready\{.*\} 1$/m.test(shown), 'the metrics do not show the release as ready');
  expect(/^helmrelease_rollbacks_total\{.*\} 1$/m.test(shown), 'the metrics do not show one rollback');
}
