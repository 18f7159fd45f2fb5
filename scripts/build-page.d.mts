/** Builds the page when it is missing or stale, or whenever `always`; resolves with what was done, in one line. */
export function ensurePage(options?: { readonly always?: boolean }): Promise<string | undefined>
