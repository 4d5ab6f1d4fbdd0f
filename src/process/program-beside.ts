/** The program of a thread or a process: the bundle has it beside the main one, the sources beside who starts it. */
export function programBeside(name: string, startedBy: string): URL {
  return new URL(`./${name}.${startedBy.endsWith('.ts') ? 'ts' : 'mjs'}`, startedBy);
}
