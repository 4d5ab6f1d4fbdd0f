import { expect } from 'chai';
import { describe, it } from 'mocha';
import { inOldWords, inWordsOfEvents } from '../../../../src/release/record/old-words.ts';

describe('a failure, in the words of 1.4.4', () => {
  const rows: readonly (readonly [...Parameters<typeof inOldWords>, string])[] = [
    ['chart', undefined, 'no host', 'failed to prepare chart for release: chart unavailable: no host'],
    [
      'chart',
      undefined,
      'git auth error: could not find username key in secret a/b: add it',
      'failed to prepare chart for release: git auth error: could not find username key in secret a/b: add it',
    ],
    ['values', undefined, 'no key', 'failed to compose values for release: no key'],
    ['ownership', undefined, 'taken', 'failed to determine sync action for release: taken'],
    ['install', 'install', 'x', 'installation failed: x'],
    ['upgrade', 'upgrade', 'x', 'upgrade failed: x'],
    ['wait', 'install', 'x', 'installation failed: x'],
    ['wait', 'upgrade', 'x', 'upgrade failed: x'],
    ['wait', undefined, 'x', 'upgrade failed: x'],
    ['test', 'test', 'x', 'test failed: x'],
    ['rollback', 'rollback', 'x', 'rollback failed: x'],
    ['uninstall', undefined, 'x', 'uninstall failed: x'],
  ];
  for (const [step, action, cause, says] of rows) {
    it(`is "${says}" of ${step}${action === undefined ? '' : ` by ${action}`}`, () => {
      expect(inOldWords(step, action, cause)).to.equal(says);
    });
  }

  it('has its beginning in an Event only where the cause does not say what was being done', () => {
    expect(inWordsOfEvents('values', 'no key')).to.equal('failed to compose values for release: no key');
    expect(inWordsOfEvents('upgrade', 'upgrade of web-1.0.0 failed: x')).to.equal(
      'upgrade of web-1.0.0 failed: x',
    );
  });
});
