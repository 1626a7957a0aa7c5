import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common'
import type { Request, Response } from 'express'
import { catchError, mergeMap, type Observable, of } from 'rxjs'
import { credentialOf } from './credential.js'
import { IdempotencyKeysRepository } from './idempotency-keys.repository.js'
import { Problem } from './problem.js'
import { openAnswer, type RequestIdentity, requestIdentity, sealAnswer } from './request-identity.js'

const KEY = /^[\x21-\x7e]{1,255}$/

/**
 * A POST with an `Idempotency-Key` makes its thing once: the same request again is answered as the first was. A request
 * that failed is forgotten, so that it can be tried again.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly keys: IdempotencyKeysRepository) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>()
    const response = context.switchToHttp().getResponse<Response>()
    const identity = identify(request)
    if (!identity) return next.handle()
    if (await this.keys.claim(identity)) return this.runOnce(identity, next)
    const answer = await this.answerOf(identity)
    response.setHeader('Idempotent-Replayed', 'true')
    return of(answer)
  }

  private runOnce(identity: RequestIdentity, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      mergeMap(async (answer: unknown) => {
        await this.keys.complete(identity, sealAnswer(identity, answer))
        return answer
      }),
      catchError(async (error: unknown) => {
        await this.keys.release(identity)
        throw error
      }),
    )
  }

  private async answerOf(identity: RequestIdentity): Promise<unknown> {
    const known = await this.keys.find(identity)
    if (known && !known.requestHash.equals(identity.requestHash)) {
      throw new Problem(
        'idempotency-key-reused',
        422,
        'This Idempotency-Key was sent with another request; use a new one.',
      )
    }
    if (!known?.answer) {
      const detail = 'The request with this Idempotency-Key is still being worked on; ask again in a moment.'
      throw new Problem('request-in-progress', 409, detail, { retryAfterSeconds: 1 })
    }
    return openAnswer(identity, known.answer)
  }
}

function identify(request: Request): RequestIdentity | undefined {
  const key = request.headers['idempotency-key']
  const credential = credentialOf(request)
  if (request.method !== 'POST' || key === undefined || credential === undefined) return undefined
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new Problem(
      'idempotency-key-invalid',
      400,
      'An Idempotency-Key has 1 to 255 printable characters without spaces.',
    )
  }
  return requestIdentity({ credential, key, url: request.originalUrl, body: request.body as unknown })
}
