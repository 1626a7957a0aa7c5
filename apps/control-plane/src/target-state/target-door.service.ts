import { DEVICE_ROUTES, NEXT_POLL_HEADER } from '@flotilla/contracts'
import { Injectable } from '@nestjs/common'
import type { Request, Response } from 'express'
import { DeviceAccess, KnownDevices } from '../hardware/index.js'
import { Problem } from '../http/problem.js'
import { RawRoutes } from '../http/raw-routes.js'
import { TargetMaking } from './target-making.service.js'

/**
 * GET /device/v1/target. Every device asks all the time and almost always has the newest already: such an answer is a
 * token check and a comparison of two integers, without a query and without the framework.
 */
@Injectable()
export class TargetDoor {
  constructor(
    routes: RawRoutes,
    private readonly access: DeviceAccess,
    private readonly known: KnownDevices,
    private readonly making: TargetMaking,
  ) {
    routes.get(DEVICE_ROUTES.target, (request, response) => this.answer(request, response))
  }

  private async answer(request: Request, response: Response): Promise<void> {
    const device = await this.access.identify(request.headers.authorization)
    const generation = this.known.peek(device.deviceId)?.generation ?? (await this.known.generation(device))
    if (request.headers['if-none-match'] === etagOf(generation)) {
      response.writeHead(304, this.headers(generation)).end()
      return
    }
    const made = await this.making.make(device.deviceId)
    if (!made) throw new Problem('device-unknown', 401, 'This device was deleted; register the board again.')
    response.writeHead(200, { ...this.headers(made.generation), 'Content-Type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify(made.signed))
  }

  private headers(generation: number): Record<string, string> {
    return {
      ETag: etagOf(generation),
      [NEXT_POLL_HEADER]: String(this.making.nextPollSeconds()),
      'Cache-Control': 'private, no-cache',
    }
  }
}

function etagOf(generation: number): string {
  return `"${generation}"`
}
