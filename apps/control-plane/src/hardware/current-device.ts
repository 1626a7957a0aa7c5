import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import type { Request } from 'express'
import type { KnownDevice } from './known-devices.repository.js'

const devices = new WeakMap<object, KnownDevice>()

export function rememberDevice(request: object, device: KnownDevice): void {
  devices.set(request, device)
}

/** Parameter decorator: the device that speaks. Throws on a route that is not @ForDevices(), which is a bug there. */
export const CurrentDevice = createParamDecorator((_: unknown, context: ExecutionContext): KnownDevice => {
  const device = devices.get(context.switchToHttp().getRequest<Request>())
  if (!device) throw new Error('This route has no device: it is not marked @ForDevices()')
  return device
})
