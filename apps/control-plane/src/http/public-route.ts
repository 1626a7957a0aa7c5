import { applyDecorators, SetMetadata } from '@nestjs/common'
import { ApiExtension } from '@nestjs/swagger'
import { PUBLIC_EXTENSION } from './openapi/operation.js'

/** Metadata key by which the guard of users knows a route that it lets pass. */
export const PUBLIC_ROUTE = 'flotilla:public'

/** Marks a controller or route that needs no credentials of a user: it has its own, or needs none. */
export const PublicRoute = () => applyDecorators(SetMetadata(PUBLIC_ROUTE, true), ApiExtension(PUBLIC_EXTENSION, true))
