import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { dump } from 'js-yaml';
import { Header } from 'tar';

/** One entry of an archive; the rarer fields are for archives that nobody should accept. */
export interface ArchiveEntry {
  readonly path: string;
  readonly content?: string | Buffer;
  readonly type?: 'File' | 'SymbolicLink' | 'Link' | 'FIFO' | 'Directory';
  readonly linkpath?: string;
}

export interface ChartFiles {
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  /** Further fields of Chart.yaml. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Further files, by path within the chart. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
}

const BLOCK = 512;

/** A .tgz with exactly these entries, however wrong they are. */
export function archiveOf(entries: readonly ArchiveEntry[], mtime = new Date(0)): Buffer {
  const blocks = entries.flatMap(({ path, content = '', type = 'File', linkpath }) => {
    const body = Buffer.from(content);
    const head = Buffer.alloc(BLOCK);
    const link = linkpath === undefined ? {} : { linkpath };
    new Header({ path, type, size: body.length, mode: 0o644, mtime, uid: 0, gid: 0, ...link }).encode(
      head,
      0,
    );
    return [head, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]));
}

/** A chart as `helm package` would lay it out. */
export function chartArchive(chart: ChartFiles, mtime?: Date): Buffer {
  const { name, version, appVersion, more = {}, files = {} } = chart;
  const metadata = {
    apiVersion: 'v2',
    name,
    version,
    ...(appVersion === undefined ? {} : { appVersion }),
    ...more,
  };
  const all = { 'Chart.yaml': dump(metadata), 'templates/config.yaml': configMap(), ...files };
  return archiveOf(
    Object.entries(all).map(([path, content]) => ({ path: `${name}/${path}`, content })),
    mtime,
  );
}

export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function configMap(): string {
  return dump({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ .Release.Name }}' } });
}
