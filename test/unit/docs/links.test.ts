import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const ROOT = join(import.meta.dirname, '..', '..', '..');

const pages = [
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(ROOT, 'docs', name)),
  join(ROOT, 'README.md'),
];

/** As GitHub makes them of headings: links lose their target, and all but letters, digits, spaces, `-` and `_` goes. */
function anchorsOf(text: string): ReadonlySet<string> {
  return new Set(
    [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^( *)```[^]*?^\1```/gm, '');
}

/** The links of a page that lead nowhere. */
function brokenIn(page: string, text: string): readonly string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^\w+:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).has(anchor);
    })
    .map((link) => `${relative(ROOT, page)}: ${link}`);
}

describe('the links of README.md and docs', () => {
  it('lead to files and headings that are there', () => {
    expect(pages.flatMap((page) => brokenIn(page, readFileSync(page, 'utf8')))).to.deep.equal([]);
  });

  it('are found out where they do not', () => {
    const page = join(ROOT, 'docs', 'install.md');
    const text =
      '[a](install.md#upgrade) [b](install.md#downgrade) [c](nowhere.md) [d](https://example.com/x)';
    expect(brokenIn(page, text)).to.deep.equal([
      'docs/install.md: install.md#downgrade',
      'docs/install.md: nowhere.md',
    ]);
  });

  it('lead to each page of docs from README.md or from a page that it leads to', () => {
    const linked = new Set<string>();
    const follow = (page: string): void => {
      if (linked.has(page)) return;
      linked.add(page);
      for (const [, link = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+\.md)(?:#[^)]*)?\)/g)) {
        const target = join(dirname(page), link);
        if (existsSync(target)) follow(target);
      }
    };
    follow(join(ROOT, 'README.md'));

    expect(pages.filter((page) => !linked.has(page)).map((page) => relative(ROOT, page))).to.deep.equal([]);
  });
});
