import { expect } from 'chai';
import { describe, it } from 'mocha';
import { explain } from '../../../../src/sync/kustomize/explain.ts';

const NONE = {
  roots: ['/scratch/kustomize-x/root', '/private/scratch/kustomize-x/root'],
  meaning: new Map(),
};

function failed(
  stderr: string,
  more: { exitCode?: number; why?: string } = {},
): Parameters<typeof explain>[0] {
  const { exitCode, why = 'ended with exit code 1' } = { exitCode: 1, ...more };
  return { kind: 'failed', exitCode, signal: undefined, stdout: '', stderr, durationMs: 1, why };
}

describe('why kustomize made nothing', () => {
  it('is said with the paths of Git, and without warnings', () => {
    const said = explain(
      failed(
        "# Warning: 'bases' is deprecated.\nError: accumulating resources from './x.yaml':\n  '/private/scratch/kustomize-x/root/repository/a/x.yaml' is bad, and '/scratch/kustomize-x/root/repository' too\n",
      ),
      NONE,
    );

    expect(said).to.equal(
      "kustomize: accumulating resources from './x.yaml': 'a/x.yaml' is bad, and 'the repository' too",
    );
  });

  it('names what stands in Git for a file that is only laid out', () => {
    const meaning = new Map([['inline/1.yaml', 'patchesStrategicMerge[0] of a/kustomization.yaml']]);

    expect(explain(failed("Error: trouble with '../../inline/1.yaml'"), { ...NONE, meaning })).to.equal(
      "kustomize: trouble with 'patchesStrategicMerge[0] of a/kustomization.yaml'",
    );
    expect(explain(failed('my-inline/1.yaml'), { ...NONE, meaning })).to.equal('kustomize: my-inline/1.yaml');
  });

  it('is how it ended, when that was not by itself, or without a word', () => {
    const killed = { ...failed('half a sen'), exitCode: undefined, why: 'took more than 512 MB of memory' };

    expect(explain(killed, NONE)).to.equal('kustomize took more than 512 MB of memory');
    expect(explain(failed(''), NONE)).to.equal('kustomize ended with exit code 1');
    expect(explain({ kind: 'not-started', why: 'there is no such program' }, NONE)).to.equal(
      'kustomize could not be started: there is no such program',
    );
  });

  it('has an end, and no control characters', () => {
    const said = explain(failed(`\u001b[31m${'x'.repeat(10_000)}`), NONE);

    expect(said.length).to.be.below(700);
    expect(said).not.to.match(/\p{Cc}/u);
  });
});
