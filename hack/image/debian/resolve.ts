import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../arch.ts';
import { command } from '../command.ts';
import type { DebianPackage } from './packages.ts';

export const RELEASE = 'trixie';

/** What the image is for, and where its libraries come from: apt adds what these need. */
const WANTED = ['base-files', 'ca-certificates', 'git', 'libstdc++6', 'openssh-client', 'tini'];

const SOURCES = [
  `deb http://deb.debian.org/debian ${RELEASE} main`,
  `deb http://deb.debian.org/debian ${RELEASE}-updates main`,
  `deb http://deb.debian.org/debian-security ${RELEASE}-security main`,
];

/** Asks Debian for the newest versions of all that is wanted, and of all that they need. `folder` is apt's, and of nobody else. */
export async function resolvePackages(
  arch: Arch,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<readonly DebianPackage[]> {
  const apt = { env: { ...env, APT_CONFIG: await configureApt(arch, folder), LC_ALL: 'C' } };
  await command('apt-get', ['update'], apt);
  const plan = await command('apt-get', ['install', '--simulate', '--no-install-recommends', ...WANTED], apt);
  const chosen = [...plan.matchAll(/^Inst (\S+) \((\S+) /gm)].map(
    ([, name = '', version = '']) => `${name}=${version}`,
  );
  if (chosen.length === 0) throw new Error(`apt plans nothing to install:\n${plan}`);
  const records = (await command('apt-cache', ['show', ...chosen], apt)).trim().split(/\n\n+/);
  const found = records.map(packageOf).filter(({ name, version }) => chosen.includes(`${name}=${version}`));
  return [...new Map(found.map((one) => [one.name, one])).values()].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}

function packageOf(record: string): DebianPackage {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(record)?.[1] ?? '';
  const pool = field('Filename');
  // Debian's archive of security fixes names its files as the main one does, from its own root.
  const archive = pool.startsWith('pool/updates/') ? 'debian-security' : 'debian';
  return {
    name: field('Package'),
    version: field('Version'),
    file: `${archive}/${pool}`,
    sha256: field('SHA256'),
  };
}

async function configureApt(arch: Arch, folder: string): Promise<string> {
  const [sources, status, config] = [
    join(folder, 'sources.list'),
    join(folder, 'status'),
    join(folder, 'apt.conf'),
  ];
  await mkdir(join(folder, 'state', 'lists', 'partial'), { recursive: true });
  await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  await writeFile(sources, `${SOURCES.join('\n')}\n`);
  await writeFile(status, '');
  await writeFile(
    config,
    [
      `Dir::Etc::sourcelist "${sources}";`,
      'Dir::Etc::sourceparts "-";',
      `Dir::State "${join(folder, 'state')}";`,
      `Dir::State::status "${status}";`,
      `Dir::Cache "${join(folder, 'cache')}";`,
      `APT::Architecture "${arch}";`,
      `APT::Architectures { "${arch}"; };`,
      'Acquire::Languages "none";',
      '',
    ].join('\n'),
  );
  return config;
}
