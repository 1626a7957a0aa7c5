import type { Asked, LocalAnswer } from './local-request.js'

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  // '/v1/services/:service/restart'
  path: string
  // open: without a token. device: only with a token that reaches the board. Absent: any service's token.
  access?: 'open' | 'device'
  handle: (asked: Asked) => LocalAnswer | Promise<LocalAnswer>
}

/** The route for a request; 'other-method' where only the method is wrong. */
export function findRoute(
  routes: readonly Route[],
  { method, path }: { method: string; path: string },
): { route: Route; params: Record<string, string> } | 'other-method' | undefined {
  const fitting = routes.flatMap((route) => {
    const params = match(route.path, path)
    return params ? [{ route, params }] : []
  })
  return fitting.find(({ route }) => route.method === method) ?? (fitting.length > 0 ? 'other-method' : undefined)
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.replace(/(?<=.)\/$/, '').split('/')]
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? ''
    if (part.startsWith(':')) params[part.slice(1)] = decode(value)
    else if (part !== value) return undefined
  }
  return params
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
