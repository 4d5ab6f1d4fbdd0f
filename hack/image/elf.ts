/** What a program or a shared library has to find before it runs. */
export interface Needs {
  /** The path of the dynamic loader; absent for libraries, and for programs that need none. */
  readonly loader?: string;
  /** Names of shared libraries. */
  readonly libraries: readonly string[];
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NEEDED = 1n;
const DT_STRTAB = 5n;

/** Undefined for what is no ELF file of 64 bits, little-endian: a script, a text. */
export function needsOf(file: Buffer): Needs | undefined {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1)
    return undefined;
  const segments = segmentsOf(file);
  const interpreter = segments.find(({ type }) => type === PT_INTERP);
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  const libraries = dynamic === undefined ? [] : neededBy(file, dynamic, segments);
  return interpreter === undefined ? { libraries } : { loader: textAt(file, interpreter.offset), libraries };
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

function segmentsOf(file: Buffer): readonly Segment[] {
  const [start, size, count] = [
    Number(file.readBigUInt64LE(32)),
    file.readUInt16LE(54),
    file.readUInt16LE(56),
  ];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 16)),
      size: Number(file.readBigUInt64LE(at + 32)),
    };
  });
}

function neededBy(file: Buffer, dynamic: Segment, segments: readonly Segment[]): readonly string[] {
  const entries: (readonly [tag: bigint, value: number])[] = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16)
    entries.push([file.readBigInt64LE(at), Number(file.readBigUInt64LE(at + 8))]);
  const names = entries.find(([tag]) => tag === DT_STRTAB)?.[1] ?? 0;
  const home = segments.find(
    ({ type, address, size }) => type === PT_LOAD && names >= address && names < address + size,
  );
  if (home === undefined) return [];
  const table = names - home.address + home.offset;
  return entries.filter(([tag]) => tag === DT_NEEDED).map(([, value]) => textAt(file, table + value));
}

function textAt(file: Buffer, at: number): string {
  return file.toString('latin1', at, file.indexOf(0, at));
}
