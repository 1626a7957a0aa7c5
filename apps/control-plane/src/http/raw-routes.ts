import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { Injectable } from '@nestjs/common'
import type { NextFunction, Request, Response } from 'express'
import { FailureLog } from './failure-log.js'
import { sendProblem, toProblem } from './problem.filter.js'

export type RawHandler = (request: Request, response: Response) => void | Promise<void>
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/**
 * Doors that are answered before the framework sees the request: no parsers, no guards, no headers but their own. For
 * what is asked for by every device all the time, and for upgrades. Features add theirs in their constructors;
 * `createApi` puts them in front of everything else.
 */
@Injectable()
export class RawRoutes {
  private readonly failures = new FailureLog()
  private readonly gets = new Map<string, RawHandler>()
  private readonly upgrades = new Map<string, UpgradeHandler>()

  get(path: string, handler: RawHandler): void {
    this.gets.set(path, handler)
  }

  upgrade(path: string, handler: UpgradeHandler): void {
    this.upgrades.set(path, handler)
  }

  /** Express middleware. */
  readonly answer = (request: Request, response: Response, next: NextFunction): void => {
    const handler = request.method === 'GET' ? this.gets.get(request.path) : undefined
    if (handler) void this.run(handler, request, response)
    else next()
  }

  acceptUpgrades(server: Server): void {
    server.on('upgrade', (request, socket, head) => {
      const handler = this.upgrades.get(request.url?.split('?')[0] ?? '')
      if (handler) handler(request, socket, head)
      else refuseUpgrade(socket, '404 Not Found')
    })
  }

  private async run(handler: RawHandler, request: Request, response: Response): Promise<void> {
    try {
      await handler(request, response)
    } catch (err) {
      const problem = toProblem(err)
      this.failures.tell(request, err, problem)
      sendProblem(request, response, problem)
    }
  }
}

/** Ends a connection that asked for an upgrade which it does not get. */
export function refuseUpgrade(socket: Duplex, status: string, headers: Record<string, string> = {}): void {
  // The other end may be gone already.
  socket.on('error', () => socket.destroy())
  const lines = Object.entries({ ...headers, Connection: 'close', 'Content-Length': '0' })
  socket.end(`HTTP/1.1 ${status}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
}
