import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { needsOf } from '../../../../hack/image/elf.ts';

describe('what a program needs before it runs', () => {
  it('is read from its headers: its loader and its libraries', () => {
    const { loader, libraries = [] } = needsOf(readFileSync(process.execPath)) ?? {};

    expect(loader).to.match(/^\/lib(64)?\/ld-linux-[\w-]+\.so\.\d$/);
    expect(libraries).to.include.members(['libc.so.6', 'libstdc++.so.6']);
  });

  it('is nothing for what is no program', () => {
    expect(needsOf(Buffer.from('#!/bin/sh\n'))).to.equal(undefined);
    expect(needsOf(Buffer.alloc(200))).to.equal(undefined);
  });
});
