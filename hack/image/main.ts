/** `npm run image`: the image of the operator, and what it is made of. */
import { parseArgs } from 'node:util';
import { archOf, ownArch } from './arch.ts';
import { findBuilder } from './builder.ts';
import { buildImage } from './image.ts';
import { relock } from './relock.ts';
import { assemble } from './root.ts';
import { readSource } from './source.ts';

const USAGE = `usage: npm run image [-- --arch ARCH...] [--tag NAME:TAG]   build it with docker or buildah
       npm run image -- root ARCH DIR     put its files together in an empty folder
       npm run image -- lock              take the newest packages of Debian from now on
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(args: readonly string[]): Promise<number> {
  const options = { arch: { type: 'string', multiple: true }, tag: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [command, ...rest] = positionals;
  const { env } = process;
  if (command === undefined) {
    await buildAll(values.arch, values.tag);
    return 0;
  }
  if (command === 'root' && rest.length === 2) {
    const [arch = '', folder = ''] = rest;
    const { time } = await readSource(env);
    process.stdout.write(`${await assemble({ arch: archOf(arch), folder, time, env, say })}\n`);
    return 0;
  }
  if (command === 'lock' && rest.length === 0) {
    await relock(new Date(), env);
    return 0;
  }
  process.stderr.write(USAGE);
  return 2;
}

/** Several architectures are several images: whoever publishes them makes one list of them. */
async function buildAll(named: readonly string[] | undefined, asked: string | undefined): Promise<void> {
  const { env } = process;
  const builder = await findBuilder(env);
  const source = await readSource(env);
  const archs = named?.map(archOf) ?? [ownArch()];
  const name = asked ?? `helm-release-operator:${source.version}`;
  for (const arch of archs) {
    const tag = archs.length > 1 ? `${name}-${arch}` : name;
    await buildImage({ builder, arch, tag, source, env, say });
    process.stdout.write(`built ${tag} for ${arch} with ${builder}\n`);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`image: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
