import { expect } from 'chai';
import fc from 'fast-check';
import { mask } from '../../../../src/helm/errors/mask.ts';

describe('mask', () => {
  it('takes out a secret as it is and as base64', () => {
    const encoded = Buffer.from('hunter22').toString('base64');

    expect(mask(`password hunter22, data ${encoded}`, ['hunter22'])).to.equal('password ***, data ***');
  });

  it('takes the longer of two secrets first, so that no end of it is left', () => {
    expect(mask('token abcdefgh', ['abcd', 'abcdefgh'])).to.equal('token ***');
  });

  it('leaves texts alone that are too short to be secrets', () => {
    expect(mask('port 443', ['443', ''])).to.equal('port 443');
  });

  it('leaves no secret in any text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ minLength: 4 }).filter((secret) => !'***'.includes(secret) && !/^\*+$/.test(secret)),
          { maxLength: 5 },
        ),
        fc.string(),
        fc.string(),
        (secrets, before, after) => {
          for (const secret of secrets) {
            const masked = mask(`${before}\n${secret}\n${after}`, secrets);
            expect(masked.split('\n').length).to.be.at.least(1);
            expect(masked.includes(`\n${secret}\n`)).to.equal(false);
          }
        },
      ),
    );
  });
});
