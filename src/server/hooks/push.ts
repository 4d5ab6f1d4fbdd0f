/** What a delivery says that has moved. Addresses are as the sender writes them: who compares them brings them to one form. */
export type Push =
  /** A branch or tag of a Git repository was made, moved or deleted. The addresses are all of the same repository. */
  | { readonly kind: 'repository'; readonly urls: readonly string[] }
  /** `host/path`, without scheme, tag and digest. */
  | { readonly kind: 'registry'; readonly references: readonly string[] }
  /** A ping, or an event that is nobody's news. */
  | { readonly kind: 'ignore' };
