import { expect } from 'chai';
import { essenceOf, oneLine } from '../../../../src/helm/errors/essence.ts';

describe('essenceOf', () => {
  const rows = [
    { what: 'the prefix of the verb', given: 'Error: UPGRADE FAILED: it is full\n', gives: 'it is full' },
    {
      what: 'warnings and deprecations before it',
      given:
        'level=WARN msg="x" error="it is full"\nFlag --force has been deprecated, use --force-replace instead\nI1123 02:06:39.5 1 warnings.go:107] hm\nError: it is full\n',
      gives: 'it is full',
    },
    {
      what: 'a list of one',
      given: 'Error: INSTALLATION FAILED: 1 error occurred:\n\t* it is full\n\n\n',
      gives: 'it is full',
    },
    {
      what: 'a list of two',
      given: 'Error: 2 errors occurred:\n\t* it is full\n\t* it is cold\n\n',
      gives: 'it is full; it is cold',
    },
    {
      what: 'a chain that repeats itself',
      given: 'Error: it is full: it is full: disk\n',
      gives: 'it is full: disk',
    },
    {
      what: 'the stack trace of --debug',
      given: 'Error: it is full\nhelm.go:92: 2026 [debug] it is full\nhelm.sh/helm/v3/pkg/action.Run\n',
      gives: 'it is full',
    },
    {
      what: 'logs where there is no error',
      given: 'level=INFO msg=x\nsomething odd\n',
      gives: 'something odd',
    },
  ];
  for (const { what, given, gives } of rows) {
    it(`is what is left without ${what}`, () => {
      expect(essenceOf(given)).to.equal(gives);
    });
  }

  it('keeps all lines of an error that has several', () => {
    expect(essenceOf('Error: values:\n- a\n- b\n')).to.equal('values:\n- a\n- b');
  });

  it('is empty where helm said nothing', () => {
    expect(essenceOf('')).to.equal('');
  });
});

describe('oneLine', () => {
  it('gives one line of bounded length without a dot at its end', () => {
    expect(oneLine('a\n\tb  c.\n')).to.equal('a b c');
    expect(oneLine('x'.repeat(50), 10)).to.equal(`${'x'.repeat(9)}…`);
  });
});
