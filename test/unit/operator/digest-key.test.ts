import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isNamespaceTold, namespaceOf } from '../../../src/operator/digest-key.ts';

describe("the operator's own namespace", () => {
  const rows: readonly (readonly [
    string,
    string | undefined,
    string | undefined,
    boolean,
    string,
    boolean,
  ])[] = [
    ['the flag', 'flux', 'team', false, 'flux', true],
    ['the flag in a pod', 'flux', 'team', true, 'flux', true],
    ['the pod', undefined, 'team', true, 'team', true],
    ['the context of a kubeconfig', undefined, 'team', false, 'team', false],
    ['nobody', undefined, undefined, false, 'default', false],
    ['nobody in a pod', undefined, undefined, true, 'default', false],
  ];
  for (const [who, operatorNamespace, namespace, isPod, own, isTold] of rows) {
    it(`named by ${who} is ${own}, which is ${isTold ? 'told' : 'a guess'}`, () => {
      expect(namespaceOf({ operatorNamespace }, { namespace })).to.equal(own);
      expect(isNamespaceTold({ operatorNamespace }, { namespace, isPod })).to.equal(isTold);
    });
  }
});
