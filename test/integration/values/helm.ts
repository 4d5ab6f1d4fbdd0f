import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../../../hack/testenv/testenv.ts';

/** What helm itself makes of values, as JSON text or as `undefined` for what it refuses. */
export interface HelmReader {
  /** Merges files in order, with `inline` on top, as a release would get them. */
  merge(files: readonly Buffer[], inline: unknown): Promise<unknown>;
  /** Parses each document by itself, all of them in one run. */
  parse(documents: readonly string[]): Promise<readonly (Record<string, unknown> | undefined)[]>;
}

const SHOW_VALUES = 'values: {{ .Values | toJson | b64enc }}\n';
const SHOW_FILES = `{{ range $path, $_ := .Files.Glob "documents/*" }}
{{ base $path }}: {{ $.Files.Get $path | fromYaml | toJson | b64enc }}
{{ end }}`;

export async function createHelmReader(
  name: 'helm' | 'helm3',
  owner: AsyncDisposableStack,
): Promise<HelmReader> {
  const binary = await tool(name);
  const dir = await mkdtemp(join(tmpdir(), 'helm-values-'));
  owner.defer(() => rm(dir, { recursive: true }));

  const template = async (
    show: string,
    chart: string,
    args: readonly string[],
    input: string,
  ): Promise<string> => {
    await mkdir(join(chart, 'templates'), { recursive: true });
    await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: values\nversion: 1.0.0\n');
    await writeFile(join(chart, 'templates', 'values.yaml'), show);
    return run(binary, ['template', 'x', chart, ...args], dir, input);
  };

  return {
    merge: async (files, inline) => {
      const paths = files.map((_, at) => join(dir, `${String(at)}.yaml`));
      await Promise.all(files.map((content, at) => writeFile(paths[at] ?? '', content)));
      const args = [...paths, '-'].flatMap((path) => ['-f', path]);
      const output = await template(SHOW_VALUES, join(dir, 'merge'), args, JSON.stringify(inline));
      return decoded(/^values: (.*)$/m.exec(output)?.[1]);
    },
    parse: async (documents) => {
      const chart = join(dir, 'parse');
      await rm(chart, { recursive: true, force: true });
      await mkdir(join(chart, 'documents'), { recursive: true });
      await Promise.all(documents.map((text, at) => writeFile(join(chart, 'documents', String(at)), text)));
      const output = await template(SHOW_FILES, chart, [], '');
      const results = new Map(
        [...output.matchAll(/^(\d+): (.*)$/gm)].map(([, at, text]) => [Number(at), decoded(text)]),
      );
      return documents.map((_, at) => withoutError(results.get(at)));
    },
  };
}

/** `fromYaml` puts its error into a map of its own. */
function withoutError(value: unknown): Record<string, unknown> | undefined {
  const map = value as Record<string, unknown>;
  return typeof map['Error'] === 'string' && map['Error'].startsWith('error ') ? undefined : map;
}

function decoded(base64: string | undefined): unknown {
  if (base64 === undefined) throw new Error('helm printed something else than the chart says');
  return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
}

function run(file: string, args: readonly string[], home: string, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { HOME: home, KUBECONFIG: join(home, 'no-cluster') };
    const child = execFile(file, args, { env, cwd: home, maxBuffer: 50e6 }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new Error(error.message));
    });
    child.stdin?.end(input);
  });
}
