import { helmHistory } from '../helm-history.ts';
import type { Demo } from '../demo.ts';
import { expect } from '../step-failed.ts';

export async function showHistory({ shell, screen }: Demo): Promise<void> {
  screen.step('It is a release like any other of Helm: helm itself shows it');
  await shell.show('helm history shop');
  const history = await helmHistory(shell);
  expect(
    history.length === 1 && history[0]?.status === 'deployed',
    'helm history does not show one revision that is deployed',
  );
}
