import { expect } from 'chai';
import { createScreen } from '../../../hack/demo/screen.ts';

describe('the screen of the demo', () => {
  const written = (
    show: (screen: ReturnType<typeof createScreen>) => void,
    isTTY: boolean,
    env: Record<string, string> = {},
  ): string => {
    let text = '';
    show(createScreen({ isTTY, write: (chunk: string) => (text += chunk) !== '' }, env));
    return text;
  };

  it('numbers the steps, one line each', () => {
    const text = written((screen) => {
      screen.step('It starts');
      screen.step('It goes on');
    }, false);

    expect(text).to.equal('\n1. It starts\n\n2. It goes on\n');
  });

  it('ends what a command says with a line break, and prints nothing for nothing', () => {
    const text = written((screen) => {
      screen.output('a');
      screen.output('');
      screen.output('b\n');
    }, false);

    expect(text).to.equal('a\nb\n');
  });

  it('writes each state of a wait once where there is no terminal', () => {
    const text = written((screen) => {
      const waiting = screen.waiting('the upgrade');
      waiting.say('1 of 2');
      waiting.say('1 of 2');
      waiting.say('2 of 2');
      waiting.end();
    }, false);

    expect(text).to.equal('... the upgrade\n... 1 of 2\n... 2 of 2\n');
  });

  for (const [where, isTTY, env] of [
    ['in a file', false, {}],
    ['on a terminal that cannot', true, { TERM: 'dumb' }],
    ['in a log of CI', true, { CI: 'true' }],
  ] as const) {
    it(`writes no escape sequences ${where}`, () => {
      const text = written(
        (screen) => {
          screen.step('It starts');
          screen.command('true');
          screen.note('good');
          screen.waiting('waiting').end();
        },
        isTTY,
        env,
      );

      expect(text).to.not.include('\u001b');
      expect(text).to.equal('\n1. It starts\n$ true\ngood\n... waiting\n');
    });
  }
});
