/** What a JSON Web Token says of itself, unproved. Undefined for any other token, which says nothing to whoever bears it. */
export function claimsIn(token: string): Readonly<Record<string, unknown>> | undefined {
  const [head, payload, signature, ...more] = token.trim().split('.');
  if (!head || !payload || !signature || more.length > 0) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined;
  } catch {
    return undefined;
  }
}
