import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { list } from 'tar';

/** Takes one file out of a .tar.gz, whatever else it holds; nothing but `target` is written. */
export async function unpack(archive: string, member: string, target: string): Promise<void> {
  let written: Promise<void> | undefined;
  await list({
    file: archive,
    strict: true,
    onReadEntry: (entry) => {
      if (written !== undefined || entry.type !== 'File' || entry.path.replace(/^\.\//, '') !== member)
        return;
      const output = createWriteStream(target);
      written = finished(output);
      entry.pipe(output);
    },
  });
  if (written === undefined) throw new Error(`the archive holds no ${member}`);
  await written;
}
