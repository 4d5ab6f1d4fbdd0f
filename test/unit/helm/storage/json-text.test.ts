import { expect } from 'chai';
import fc from 'fast-check';
import { memberText, withMembers } from '../../../../src/helm/storage/json-text.ts';

describe('withMembers', () => {
  const rows = [
    { what: 'replaces a text', given: '{"a":{"s":"x"}}', gives: '{"a":{"s":"y"}}' },
    {
      what: 'keeps white space',
      given: '{ "a" : { "s" : "x" , "t":1 } }',
      gives: '{ "a" : { "s" : "y" , "t":1 } }',
    },
    {
      what: 'keeps integers beyond 2^53',
      given: '{"n":9007199254740993,"a":{"s":1}}',
      gives: '{"n":9007199254740993,"a":{"s":"y"}}',
    },
    {
      what: 'keeps escapes',
      given: '{"n":"\\u003c\\/\\"","a":{"s":"\\""}}',
      gives: '{"n":"\\u003c\\/\\"","a":{"s":"y"}}',
    },
    { what: 'adds a member that is not there', given: '{"a":{"t":1}}', gives: '{"a":{"s":"y","t":1}}' },
    { what: 'adds the first member', given: '{"a":{ }}', gives: '{"a":{"s":"y" }}' },
    {
      what: 'is not led astray by the same name elsewhere',
      given: '{"s":"a","b":{"a":{"s":1}},"a":{"t":{"s":2},"s":3}}',
      gives: '{"s":"a","b":{"a":{"s":1}},"a":{"t":{"s":2},"s":"y"}}',
    },
    {
      what: 'is not led astray by braces in texts',
      given: '{"b":"}{\\"a\\":{","a":{"s":1}}',
      gives: '{"b":"}{\\"a\\":{","a":{"s":"y"}}',
    },
    {
      what: 'takes the last of two members with one name',
      given: '{"a":{"s":1,"s":2}}',
      gives: '{"a":{"s":1,"s":"y"}}',
    },
    { what: 'knows a name by its meaning', given: '{"\\u0061":{"s":1}}', gives: '{"\\u0061":{"s":"y"}}' },
  ];
  for (const { what, given, gives } of rows) {
    it(what, () => {
      expect(withMembers(given, ['a'], { s: 'y' })).to.equal(gives);
    });
  }

  it('writes ASCII only', () => {
    expect(withMembers('{}', [], { s: 'é€😀' })).to.equal('{"s":"\\u00e9\\u20ac\\ud83d\\ude00"}');
  });

  it('refuses what is no object', () => {
    for (const given of ['[]', '{"a":1}', '{"a":"x', '{"a":{"s":[1', '']) {
      expect(() => withMembers(given, ['a'], { s: 'y' }), given).to.throw(SyntaxError);
    }
  });

  it('changes what it is told to and nothing else, in any JSON', () => {
    const json = fc
      .tuple(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()),
        fc.jsonValue(),
        fc.constantFrom(undefined, 1, '\t'),
      )
      .map(([object, info, space]) =>
        JSON.stringify({ ...object, info: { x: info, status: 'old' } }, undefined, space),
      );
    fc.assert(
      fc.property(json, fc.string({ unit: 'grapheme' }), (given, status) => {
        const edited = withMembers(given, ['info'], { status });

        const expected = JSON.parse(given) as { info: { status: string } };
        expected.info.status = status;
        expect(JSON.parse(edited)).to.deep.equal(expected);
        expect(withMembers(edited, ['info'], { status: 'old' })).to.equal(given);
      }),
    );
  });
});

describe('memberText', () => {
  it('gives the text as it stands', () => {
    expect(memberText('{"a": {"n": 12345678901234567890 }}', ['a', 'n'])).to.equal('12345678901234567890');
    expect(memberText('{"a":[1, 2]}', ['a'])).to.equal('[1, 2]');
    expect(memberText('{"a":1}', ['b'])).to.equal(undefined);
    expect(memberText('{"a":1}', ['a', 'b'])).to.equal(undefined);
  });
});
