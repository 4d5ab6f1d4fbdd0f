/** What one account may is of no use to another: each has its own, and so many are remembered. */
const MAX_ACCOUNTS = 500;

/** Makes something for each account once, as long as it is asked for now and then; undefined is the operator itself. */
export function byAccount<A extends string | undefined, T>(make: (account: A) => T): (account: A) => T {
  const made = new Map<A, { readonly it: T }>();
  return (account) => {
    const known = made.get(account) ?? { it: make(account) };
    made.delete(account);
    made.set(account, known);
    for (const oldest of made.keys()) {
      if (made.size <= MAX_ACCOUNTS) break;
      made.delete(oldest);
    }
    return known.it;
  };
}
