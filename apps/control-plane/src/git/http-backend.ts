import { type ChildProcess, spawn } from 'node:child_process'
import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Request, Response } from 'express'
import { gitEnvironment } from './git-program.js'

// The CGI header of git http-backend is a few lines; whatever is longer is none.
const MAX_HEADER_BYTES = 16 * 1024

export interface Backend {
  // The folder above all repositories, and the path below it: /<fleet id>.git/info/refs
  root: string
  path: string
  user: string
  settings: readonly (readonly [string, string])[]
  environment?: Record<string, string>
  // Goes on to its end when the client leaves: a push whose build runs.
  outlivesClient: boolean
  // What the answer goes through on its way.
  through?: Duplex
}

/**
 * Answers a request by `git http-backend` (a CGI program), both ways as a stream. Resolves when git has ended; an
 * error is a program that could not be run.
 */
export function serveByBackend(request: Request, response: Response, backend: Backend): Promise<void> {
  const child = spawn('git', ['http-backend'], {
    env: { ...gitEnvironment(backend.settings), ...cgiVariables(request, backend), ...backend.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  feed(request, child)
  return answer(response, child, backend)
}

function cgiVariables(request: Request, { root, path, user }: Backend): Record<string, string> {
  const { headers } = request
  return {
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: path,
    QUERY_STRING: request.originalUrl.split('?')[1] ?? '',
    REQUEST_METHOD: request.method,
    REMOTE_USER: user,
    REMOTE_ADDR: request.ip ?? '',
    ...optional('CONTENT_TYPE', headers['content-type']),
    // Absent for chunked bodies: then git reads to the end.
    ...optional('CONTENT_LENGTH', headers['content-length']),
    ...optional('HTTP_CONTENT_ENCODING', headers['content-encoding']),
    ...optional('GIT_PROTOCOL', firstOf(headers, 'git-protocol')),
  }
}

function optional(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value }
}

function firstOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  return [headers[name]].flat()[0]
}

function feed(request: Request, child: ChildProcess): void {
  const { stdin } = child
  if (!stdin) return
  request.pipe(stdin)
  // Git may refuse a push before it has read all of it; the rest is taken and dropped, so that the client gets to
  // read the answer.
  stdin.on('error', () => {
    request.unpipe(stdin)
    request.resume()
  })
  request.on('error', () => stdin.destroy())
  request.on('close', () => {
    if (!request.complete) stdin.destroy()
  })
}

function answer(response: Response, child: ChildProcess, { outlivesClient, through }: Backend): Promise<void> {
  return new Promise((resolve, reject) => {
    const { stdout, stderr } = child
    if (!stdout || !stderr) return reject(new Error('git http-backend has no output'))
    const body = through ?? response
    through?.pipe(response)
    let head = Buffer.alloc(0)
    let isHeadRead = false
    const readHead = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk])
      const end = headEnd(head)
      if (end === undefined && head.length < MAX_HEADER_BYTES) return
      isHeadRead = true
      stdout.off('data', readHead)
      writeHead(response, head.subarray(0, end?.at ?? 0).toString())
      body.write(head.subarray(end?.next ?? 0))
      stdout.pipe(body)
    }
    stdout.on('data', readHead)
    stderr.resume()
    response.on('close', () => {
      if (child.exitCode !== null || response.writableFinished) return
      stdout.unpipe(body)
      stdout.resume()
      if (!outlivesClient) child.kill()
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (!isHeadRead && !response.headersSent) response.status(500)
      const open = isHeadRead ? body : response
      if (!open.writableEnded) open.end()
      if (isHeadRead || response.destroyed) resolve()
      else reject(new Error(`git http-backend ended with ${code} before it answered`))
    })
  })
}

function headEnd(bytes: Buffer): { at: number; next: number } | undefined {
  const at = bytes.indexOf('\r\n\r\n')
  return at < 0 ? undefined : { at, next: at + 4 }
}

function writeHead(response: Response, head: string): void {
  for (const line of head.split('\r\n').filter(Boolean)) {
    const at = line.indexOf(':')
    const [name, value] = [line.slice(0, at), line.slice(at + 1).trim()]
    if (name.toLowerCase() === 'status') response.status(Number.parseInt(value, 10))
    else response.setHeader(name, value)
  }
  // Proxies that collect answers would keep the build's output from its pusher.
  response.setHeader('X-Accel-Buffering', 'no')
  response.flushHeaders()
}
