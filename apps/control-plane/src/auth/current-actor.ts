import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import type { Request } from 'express'
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
