import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common'
import { ApiExtension } from '@nestjs/swagger'
import type { Request } from 'express'
import { PUBLIC_EXTENSION } from '../http/openapi/operation.js'
import type { Actor } from './actor.js'

const actors = new WeakMap<object, Actor>()

/** The guard says who is behind a request. */
export function rememberActor(request: object, actor: Actor): void {
  actors.set(request, actor)
}

/** Parameter decorator: the signed-in actor. Throws on a public route, which is a bug there. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const actor = actors.get(context.switchToHttp().getRequest<Request>())
  if (!actor) throw new Error('This route has no actor: it is public')
  return actor
})

export const PUBLIC_ROUTE = 'flotilla:public'

/** Marks a controller or route that the guard of users lets pass: it has its own credentials, or needs none. */
export const Public = () => applyDecorators(SetMetadata(PUBLIC_ROUTE, true), ApiExtension(PUBLIC_EXTENSION, true))
