import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type ChartRepository, startChartRepository } from '../../support/chart-repository.ts';

const PROGRAM = fileURLToPath(new URL('./index-memory.ts', import.meta.url));
const INDEX_BYTES = 50_000_000;
const MAX_MORE_BYTES = 150_000_000;

const run = promisify(execFile);

describe('an index of 50 MB', () => {
  const stack = new AsyncDisposableStack();
  afterEach(() => stack.disposeAsync());

  const serve = async (index?: () => string): Promise<ChartRepository> => {
    const repository = stack.use(await startChartRepository());
    repository.add({ name: 'web', version: '1.0.0' });
    if (index) repository.answer('/index.yaml', (_, response) => response.end(index()));
    return repository;
  };

  it('takes at most 150 MB more than idling, in YAML, in JSON, and again when it has changed', async () => {
    const small = await serve();
    const yaml = await serve(() => yamlIndex(Math.random()));
    const json = await serve(() => JSON.stringify(jsonIndex()));

    const urls = [small.url, yaml.url, json.url, yaml.url, yaml.url];
    const { stdout } = await run(process.execPath, [PROGRAM, ...urls]);

    const { idle, peak, received } = JSON.parse(stdout) as Record<'idle' | 'peak' | 'received', number>;
    expect(received).to.be.greaterThan(4 * INDEX_BYTES);
    expect(peak - idle).to.be.lessThan(MAX_MORE_BYTES);
  }).timeout(60_000);
});

const WEB = { version: '1.0.0', urls: ['web-1.0.0.tgz'] };
const VERSIONS = 100;
const DESCRIPTION = 'as people describe their charts '.repeat(10);

/** As `helm repo index` writes it. */
function yamlIndex(generated: number): string {
  const blocks: string[] = [];
  for (let bytes = 0; bytes < INDEX_BYTES; bytes += blocks.at(-1)?.length ?? 0) {
    const name = `chart-${String(blocks.length)}`;
    const entries = Array.from({ length: VERSIONS }, (_, minor) => {
      const version = `1.${String(minor)}.0`;
      return `  - apiVersion: v2\n    created: "2024-01-02T03:04:05.6Z"\n    description: ${DESCRIPTION}\n    digest: ${'ab'.repeat(32)}\n    name: ${name}\n    urls:\n    - https://example.com/${name}-${version}.tgz\n    version: ${version}\n`;
    });
    blocks.push(`  ${name}:\n${entries.join('')}`);
  }
  const web = `  web:\n  - version: ${WEB.version}\n    urls: [${WEB.urls.join(', ')}]\n`;
  return `apiVersion: v1\nentries:\n${blocks.join('')}${web}generated: "${String(generated)}"\n`;
}

function jsonIndex(): object {
  const entry = { version: '1.0.0', name: 'other', description: DESCRIPTION, urls: ['other.tgz'] };
  const list = Array.from({ length: VERSIONS }, () => entry);
  const count = Math.ceil(INDEX_BYTES / JSON.stringify(list).length);
  const others = Array.from({ length: count }, (_, at) => [`chart-${String(at)}`, list] as const);
  return { apiVersion: 'v1', entries: { ...Object.fromEntries(others), web: [WEB] } };
}
