import { run } from '../testenv/tools/run.ts';
import type { Arch } from './arch.ts';
import { command } from './command.ts';

/** The program that makes an image of a root file system. */
export type Builder = 'docker' | 'buildah';

export interface ImageOptions {
  readonly arch: Arch;
  readonly tag: string;
  readonly dockerfile: string;
  /** Files of the Dockerfile's COPY. */
  readonly context: string;
  /** Stands in for the stage `root`, which is not built then. */
  readonly root: string | undefined;
  readonly time: Date;
  readonly values: Readonly<Record<string, string>>;
  readonly env: NodeJS.ProcessEnv;
}

/** Docker if its daemon answers, else buildah, which needs none. */
export async function findBuilder(env: NodeJS.ProcessEnv): Promise<Builder> {
  if ((await run('docker', ['info'], { env }))?.exitCode === 0) return 'docker';
  if ((await run('buildah', ['--version'], { env }))?.exitCode === 0) return 'buildah';
  throw new Error(
    'an image is built by docker or buildah, and neither can be used: start the daemon of docker, or install buildah (on Debian: hack/debian.sh image)',
  );
}

export async function build(builder: Builder, options: ImageOptions): Promise<void> {
  await command(builder, argumentsFor(builder, options), { env: options.env });
}

/** Times are those of the source, so that the same source has the same digest. */
export function argumentsFor(builder: Builder, options: ImageOptions): readonly string[] {
  const { arch, tag, dockerfile, context, root, time, values } = options;
  const epoch = String(time.getTime() / 1000);
  const given = root === undefined ? [] : ['--build-context', `root=${root}`];
  const named = Object.entries(values).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const common = ['--platform', `linux/${arch}`, '--file', dockerfile, '--tag', tag, ...given, ...named];
  switch (builder) {
    case 'docker': {
      const output = ['--provenance=false', '--output', 'type=docker,rewrite-timestamp=true'];
      return ['build', ...common, '--build-arg', `SOURCE_DATE_EPOCH=${epoch}`, ...output, context];
    }
    case 'buildah':
      return ['build', ...common, '--timestamp', epoch, '--identity-label=false', context];
  }
}
