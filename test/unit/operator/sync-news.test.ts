import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { GitSync } from '../../../src/api/gitsync/git-sync.ts';
import { createIsBeside } from '../../../src/sync/source-key.ts';
import { createSyncNews } from '../../../src/operator/sync-news.ts';

function syncOf(name: string, url: string, branch = 'main'): GitSync {
  return { metadata: { name, namespace: 'team' }, spec: { url, ref: { branch } } };
}

const ONE = syncOf('one', 'https://git.example.com/org/deploy');
const SAME = syncOf('same', 'git@git.example.com:org/deploy.git');
const BRANCH = syncOf('branch', 'https://git.example.com/org/deploy', 'next');
const OTHER = syncOf('other', 'https://git.example.com/org/other');

function open() {
  let now = 0;
  const woken: string[] = [];
  const clock = { monotonicMs: () => now };
  const queue = { add: (key: string) => woken.push(key) };
  const store = { values: () => [ONE, SAME, BRANCH, OTHER].values() };
  const news = createSyncNews({ store, queue, isBeside: createIsBeside(), clock });
  return {
    ...{ news, woken },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('the news of a commit', () => {
  it('goes once to all others that read the same repository and ref', () => {
    const { news, woken } = open();
    news.tellNews(ONE, 'main@sha1:new');
    expect(woken).to.deep.equal(['team/same']);

    news.tellNews(ONE, 'main@sha1:new');
    expect(woken).to.have.lengthOf(1);
    news.tellNews(ONE, 'main@sha1:newer');
    expect(woken).to.have.lengthOf(2);
  });

  it('is taken once, with its age: whoever is told asks the host no more', () => {
    const { news, pass } = open();
    news.tellNews(ONE, 'main@sha1:new');
    pass(250);
    expect(news.takeNews('team/same')).to.equal(1_250);
    expect(news.takeNews('team/same')).to.equal(undefined);
    expect(news.takeNews('team/other')).to.equal(undefined);

    news.refresh(() => true);
    news.forget('team/one');
    expect(news.takeNews('team/one')).to.equal(undefined);
    expect(news.takeNews('team/other')).to.equal(0);
  });
});
