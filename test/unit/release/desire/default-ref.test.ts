import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ChartUnavailableError } from '../../../../src/api/errors.ts';
import { missingRef } from '../../../../src/git/ref.ts';
import { toldOfDefaultRef } from '../../../../src/release/desire/default-ref.ts';

const EMPTY = {
  heads: new Map(),
  tags: new Map(),
  tagObjects: new Map(),
  head: undefined,
  defaultBranch: undefined,
  insecure: false,
};
const missing = new ChartUnavailableError(missingRef(EMPTY, 'master', 'https://git.example/charts'));
const source = {
  kind: 'git',
  url: 'https://git.example/charts',
  path: 'web',
  secretRef: undefined,
  skipDepUpdate: false,
} as const;

describe('a ref that Git does not have', () => {
  it('is told to be the default where the HelmRelease names none', () => {
    expect(toldOfDefaultRef(missing, { ...source, ref: undefined }).message).to.match(
      /the ref 'master'.*\(spec\.chart\.ref is not set.*--git-default-ref/,
    );
  });

  it('is told as it is where the HelmRelease names it, and so is any other trouble', () => {
    const away = new ChartUnavailableError('the host does not answer');

    expect(toldOfDefaultRef(missing, { ...source, ref: 'master' })).to.equal(missing);
    expect(toldOfDefaultRef(away, { ...source, ref: undefined })).to.equal(away);
  });
});
