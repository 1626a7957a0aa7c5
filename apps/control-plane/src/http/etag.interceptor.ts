import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  StreamableFile,
} from '@nestjs/common'
import type { Request, Response } from 'express'
import { type Observable, tap } from 'rxjs'
import { etagOf } from './etag.js'

/**
 * Gives every single resource of the API its entity tag. Express compares it with `If-None-Match` when it sends, and
 * answers 304. Lists have none: they change with every item, and nobody patches them.
 */
@Injectable()
export class EtagInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>()
    if (!request.path.startsWith('/api/v1/')) return next.handle()
    const response = context.switchToHttp().getResponse<Response>()
    return next.handle().pipe(
      tap((view: unknown) => {
        if (view instanceof StreamableFile) return
        // What is behind a login is nobody else's to keep; what is made may hold a secret that is shown once.
        response.setHeader('Cache-Control', request.method === 'POST' ? 'no-store' : 'private, no-cache')
        if (request.method === 'POST' || !isResource(view)) return
        response.setHeader('ETag', etagOf(view))
        // fetch() adds `Cache-Control: no-cache` wherever its caller sends a tag, which Express takes for a wish to have
        // the body anyway.
        delete request.headers['cache-control']
      }),
    )
  }
}

function isResource(view: unknown): view is Record<string, unknown> {
  return typeof view === 'object' && view !== null && !('items' in view)
}
