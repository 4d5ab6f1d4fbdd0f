/** A time as Kubernetes writes it: RFC 3339, UTC, whole seconds. */
export function kubeTime(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}
