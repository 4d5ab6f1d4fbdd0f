/** An architecture as Debian, Go and registries of images call it. */
export type Arch = 'amd64' | 'arm64';

export const ARCHS: readonly Arch[] = ['amd64', 'arm64'];

interface Names {
  /** Debian's folder of shared libraries, below /usr/lib. */
  readonly libraries: string;
  /** As npm and Node call it. */
  readonly node: string;
}

export const NAMES: Readonly<Record<Arch, Names>> = {
  amd64: { libraries: 'x86_64-linux-gnu', node: 'x64' },
  arm64: { libraries: 'aarch64-linux-gnu', node: 'arm64' },
};

export function archOf(text: string): Arch {
  const arch = ARCHS.find((known) => known === text);
  if (arch !== undefined) return arch;
  throw new Error(`there is no image for ${text}: it is made for ${ARCHS.join(' and ')}`);
}

/** That of this machine. */
export function ownArch(): Arch {
  const arch = ARCHS.find((known) => NAMES[known].node === process.arch);
  if (arch !== undefined) return arch;
  throw new Error(`there is no image for ${process.arch}: name one of ${ARCHS.join(', ')} by ARCH=...`);
}
