/** Where to go after signing in: a page of the dashboard, never an address of somebody else's site. */
export function placeToReturnTo(search: Record<string, unknown>): { next?: string } {
  const { next } = search
  // Browsers read `//host` and `/\host` as another site.
  if (typeof next !== 'string' || !/^\/(?![/\\])/.test(next) || next.startsWith('/sign-in')) return {}
  return { next }
}
