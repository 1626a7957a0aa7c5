import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { DEVICE_ROUTES } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import { WebSocketServer } from 'ws'
import { DeviceAccess } from '../hardware/index.js'
import { FailureLog } from '../http/failure-log.js'
import { toProblem } from '../http/problem.filter.js'
import { RawRoutes, refuseUpgrade } from '../http/raw-routes.js'
import { DeviceLink } from './device-link.js'
import { Links } from './links.service.js'

// A hello is a few dozen bytes.
const LARGEST_MESSAGE_BYTES = 64 * 1024

/** GET /device/v1/link: turns a request with an access token into a link. */
@Injectable()
export class LinkDoor {
  private readonly failures = new FailureLog()
  private readonly server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: LARGEST_MESSAGE_BYTES,
    perMessageDeflate: false,
  })

  constructor(
    routes: RawRoutes,
    private readonly access: DeviceAccess,
    private readonly links: Links,
  ) {
    routes.upgrade(DEVICE_ROUTES.link, (request, socket, head) => void this.open(request, socket, head))
  }

  private async open(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Until the connection is a link, nobody else listens for its errors.
    const ignore = () => undefined
    socket.on('error', ignore)
    try {
      const { deviceId, hardwareId } = await this.access.identify(request.headers.authorization)
      if (this.links.isFull) return refuseUpgrade(socket, '503 Service Unavailable', { 'Retry-After': retryAfter() })
      this.server.handleUpgrade(request, socket, head, (webSocket) => {
        socket.off('error', ignore)
        this.links.add(new DeviceLink(deviceId, hardwareId, webSocket))
      })
    } catch (err) {
      const problem = toProblem(err)
      this.failures.tell({ method: 'GET', path: DEVICE_ROUTES.link }, err, problem)
      const { retryAfterSeconds } = problem.more
      const pause = retryAfterSeconds === undefined ? undefined : { 'Retry-After': String(retryAfterSeconds) }
      refuseUpgrade(socket, `${problem.status} ${problem.code}`, pause)
    }
  }
}

/** Spread out, or all that are refused come back at the same time. */
function retryAfter(): string {
  return String(30 + Math.floor(Math.random() * 270))
}
