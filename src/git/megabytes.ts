/** A size for people. */
export function megabytes(bytes: number): string {
  return bytes < 1e5 ? `${String(bytes)} bytes` : `${String(Math.round(bytes / 1e5) / 10)} MB`;
}
