import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const PROGRAM = fileURLToPath(new URL('./values-memory.ts', import.meta.url));
const MAX_BYTES = 300_000_000;

const run = promisify(execFile);

describe('values of 1 MB that a thousand releases take from one ConfigMap', () => {
  it('are read once, and take less than 300 MB with all else, however many passes work with them', async () => {
    const { stdout } = await run(process.execPath, [PROGRAM]);

    const { asked, composed, peak } = JSON.parse(stdout) as Record<'asked' | 'composed' | 'peak', number>;
    expect({ asked, composed }).to.deep.equal({ asked: 1, composed: 1_000 });
    expect(peak).to.be.lessThan(MAX_BYTES);
  }).timeout(60_000);
});
