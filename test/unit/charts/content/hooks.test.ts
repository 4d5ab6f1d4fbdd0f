import { expect } from 'chai';
import { hooksIn, strongestOf } from '../../../../src/charts/content/hooks.ts';

const ROWS: readonly (readonly [text: string, hooks: string])[] = [
  ['kind: ConfigMap', 'none'],
  ['annotations:\n  "helm.sh/hook": test\n  "helm.sh/hook-delete-policy": hook-succeeded', 'none'],
  ["'helm.sh/hook': 'test-success'", 'none'],
  ['helm.sh/hook: test-success,test-failure # only on demand', 'none'],
  ['"helm.sh/hook-weight": "5"', 'none'],
  ['"helm.sh/hook": pre-install', 'some'],
  ['"helm.sh/hook": test,pre-upgrade', 'some'],
  ['"helm.sh/hook": {{ .Values.hook }}', 'some'],
  ['helm.sh/hook: test\n---\nhelm.sh/hook: pre-delete', 'some'],
  ['set . "helm.sh/hook" $when', 'some'],
  ['"helm.sh/hook": pre-install,post-upgrade', 'post'],
  ['"helm.sh/hook": {{ ternary "pre-install" "post-install" .Values.early }}', 'post'],
  ['{{/* post-install */}}\n"helm.sh/hook": {{ .Values.hook }}', 'post'],
];

describe('hooksIn', () => {
  for (const [text, hooks] of ROWS) {
    it(`finds ${hooks} in ${JSON.stringify(text)}`, () => {
      expect(hooksIn(Buffer.from(text))).to.equal(hooks);
    });
  }

  it('lets the strongest of several files count', () => {
    expect(strongestOf('none', 'some')).to.equal('some');
    expect(strongestOf('post', 'some')).to.equal('post');
  });
});
