/** Where a remote of Flotilla's points: the server, and `organization/fleet`. */
export interface Remote {
  server: string
  fleet: string
}

/** undefined where the URL is no door of a Flotilla server. */
export function parseRemoteUrl(url: string): Remote | undefined {
  const [, server, fleet] = /^(https?:\/\/.+)\/git\/([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec(url) ?? []
  return server !== undefined && fleet !== undefined ? { server: withoutUser(server), fleet } : undefined
}

function withoutUser(server: string): string {
  return server.replace(/^(https?:\/\/)[^/@]*@/, '$1')
}
