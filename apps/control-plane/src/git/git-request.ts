import type { Request } from 'express'

/** What a request asks of a repository. */
export interface GitRequest {
  organization: string
  fleet: string
  // info/refs, git-upload-pack or git-receive-pack
  file: string
  pushes: boolean
}

/** Undefined for what is no request of the smart protocol. */
export function parseGitRequest(request: Pick<Request, 'method' | 'originalUrl'>): GitRequest | undefined {
  const { pathname, searchParams } = new URL(request.originalUrl, 'http://localhost')
  const shape = /^\/git\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/
  const [, organization, fleet, file] = shape.exec(pathname) ?? []
  if (organization === undefined || fleet === undefined || file === undefined) return undefined
  const service = file === 'info/refs' ? searchParams.get('service') : file
  const isRight = request.method === (file === 'info/refs' ? 'GET' : 'POST')
  if (!isRight || (service !== 'git-upload-pack' && service !== 'git-receive-pack')) return undefined
  return { organization, fleet, file, pushes: service === 'git-receive-pack' }
}
