import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { NAMES, ownArch } from '../../../../hack/image/arch.ts';
import { select, type Unpacked } from '../../../../hack/image/debian/selection.ts';
import { needsOf } from '../../../../hack/image/elf.ts';

const PROGRAMS = [
  ...['usr/bin/git', 'usr/lib/git-core/git-remote-http', 'usr/lib/git-core/git-remote-https'],
  ...['usr/bin/ssh', 'usr/bin/ssh-keygen', 'usr/bin/tini', 'usr/lib/os-release'],
];

describe('what the image takes out of packages', () => {
  const arch = ownArch();
  const libraries = join('usr', 'lib', NAMES[arch].libraries);
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'selection-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  const put = (name: string, path: string, text = ''): void => {
    const file = join(dir, name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const link = (name: string, path: string, target: string): void => {
    mkdirSync(dirname(join(dir, name, path)), { recursive: true });
    symlinkSync(target, join(dir, name, path));
  };
  const packages = (...names: readonly string[]): readonly Unpacked[] =>
    names.map((name) => ({ name, folder: join(dir, name) }));
  const layOut = (): void => {
    for (const path of PROGRAMS) put('programs', path);
    put('programs', 'usr/bin/perl');
    put('programs', 'usr/share/doc/programs/copyright');
    const { loader = '', libraries: needed = [] } = needsOf(readFileSync(process.execPath)) ?? {};
    put('libraries', join('usr', loader));
    for (const library of needed.slice(1)) put('libraries', join(libraries, library));
    put('libraries', join(libraries, 'libunused.so.1'));
    link('libraries', join(libraries, needed[0] ?? ''), 'real.so');
    put('libraries', join(libraries, 'real.so'));
    link('libraries', 'usr/share/doc/libraries', 'base');
    put('base', 'usr/share/doc/base/copyright');
  };
  const paths = (names: readonly string[]): readonly string[] =>
    select(packages(...names), { arch, others: [process.execPath] }).map(({ path }) => path);

  it('is the programs, what they are linked with, and the words of who wrote it', () => {
    layOut();

    const taken = paths(['programs', 'libraries', 'base']);

    expect(taken).to.include.members([
      ...PROGRAMS,
      join(libraries, 'libstdc++.so.6'),
      join(libraries, 'real.so'),
    ]);
    expect(taken).to.include.members(['usr/share/doc/programs/copyright', 'usr/share/doc/base/copyright']);
    expect(taken).not.to.include('usr/bin/perl');
    expect(taken).not.to.include(join(libraries, 'libunused.so.1'));
  });

  it('is an error if a library is in no package', () => {
    layOut();
    rmSync(join(dir, 'libraries', libraries, 'libstdc++.so.6'));

    expect(() => paths(['programs', 'libraries', 'base'])).to.throw(
      `needs /${join(libraries, 'libstdc++.so.6')}, which no package of debian-lock.json has`,
    );
  });
});
