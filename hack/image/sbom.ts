import { createHash } from 'node:crypto';
import type { Arch } from './arch.ts';
import { command } from './command.ts';
import type { DebianPackage } from './debian/packages.ts';
import type { NpmPackage } from './parts/bundle.ts';
import type { Program } from './parts/programs.ts';

/** A part of the image, as CycloneDX 1.6 writes it. */
export interface Component {
  readonly type: 'application' | 'library' | 'operating-system';
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly 'bom-ref': string;
  readonly licenses?: readonly { readonly expression: string }[];
  readonly hashes?: readonly { readonly alg: 'SHA-256' | 'SHA-512'; readonly content: string }[];
}

export interface Contents {
  readonly arch: Arch;
  readonly version: string;
  readonly time: Date;
  readonly debian: readonly DebianPackage[];
  readonly npm: readonly NpmPackage[];
  readonly node: string;
  /** Modules of all programs. */
  readonly go: readonly GoModule[];
}

export interface GoModule {
  readonly path: string;
  readonly version: string;
}

/** The list of everything in the image that comes from elsewhere, in CycloneDX. */
export function billOfMaterials({ arch, version, time, debian, npm, node, go }: Contents): string {
  const components = [
    ...debian.map((one) => debianComponent(one, arch)),
    component('application', { name: 'node', version: node, purl: `pkg:github/nodejs/node@v${node}` }),
    ...npm.map(npmComponent),
    ...go.map(({ path, version: found }) =>
      component('library', { name: path, version: found, purl: `pkg:golang/${path}@${found}` }),
    ),
  ];
  const digest = createHash('sha256')
    .update(JSON.stringify([arch, version, components]))
    .digest('hex');
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${asUuid(digest)}`,
    version: 1,
    metadata: {
      timestamp: time.toISOString(),
      component: {
        ...component('application', {
          name: 'helm-release-operator',
          version,
          purl: `pkg:oci/helm-release-operator@${version}?arch=${arch}`,
        }),
        licenses: [{ expression: 'Apache-2.0' }],
      },
    },
    components,
  };
  return `${JSON.stringify(bill, undefined, 1)}\n`;
}

/** What Go wrote into its programs: their modules and its own library. */
export async function goModules(
  programs: readonly Program[],
  env: NodeJS.ProcessEnv,
): Promise<readonly GoModule[]> {
  const found = new Map<string, GoModule>();
  for (const { path } of programs) {
    const told = await command('go', ['version', '-m', path], { env });
    for (const module of modulesIn(told)) found.set(`${module.path}@${module.version}`, module);
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, module]) => module);
}

/** From what `go version -m` prints of a program. */
export function modulesIn(told: string): readonly GoModule[] {
  const compiler = /: go(\d\S*)/.exec(told)?.[1];
  const library = compiler === undefined ? [] : [{ path: 'stdlib', version: `v${compiler}` }];
  // A module that is replaced is followed by what stands in its place.
  const lines = [...told.matchAll(/^\t(?:mod|dep|=>)\t(\S+)\t(v\S+).*(?!\n\t=>)$/gm)];
  return [...library, ...lines.map(([, path = '', version = '']) => ({ path, version }))];
}

function debianComponent({ name, version, sha256 }: DebianPackage, arch: Arch): Component {
  const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${arch}`;
  return { ...component('library', { name, version, purl }), hashes: [{ alg: 'SHA-256', content: sha256 }] };
}

function npmComponent({ name, version, license, integrity }: NpmPackage): Component {
  const base = component('library', {
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
  });
  const sha512 = integrity?.startsWith('sha512-') === true ? integrity.slice('sha512-'.length) : undefined;
  return {
    ...base,
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    ...(sha512 === undefined
      ? {}
      : { hashes: [{ alg: 'SHA-512', content: Buffer.from(sha512, 'base64').toString('hex') }] }),
  };
}

function component(
  type: Component['type'],
  named: { readonly name: string; readonly version: string; readonly purl: string },
): Component {
  return { type, ...named, 'bom-ref': named.purl };
}

function asUuid(hex: string): string {
  const [a, b, c, d, e] = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return [a, b, c, d, e].join('-');
}
