import { applyDecorators, type CanActivate, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import type { Request } from 'express'
import { Public } from '../auth/index.js'
import { rememberDevice } from './current-device.js'
import { DeviceAccess } from './device-access.service.js'

/** Lets in devices with an access token, and says which one it is. */
@Injectable()
export class DeviceGuard implements CanActivate {
  constructor(private readonly access: DeviceAccess) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>()
    rememberDevice(request, await this.access.identify(request.headers.authorization))
    return true
  }
}

/** Marks a controller of the device contract: its callers are devices, and it is no part of the REST API's document. */
export const ForDevices = () => applyDecorators(Public(), UseGuards(DeviceGuard), ApiExcludeController())
