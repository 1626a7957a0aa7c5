import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { BadGatewayException, Controller, Get, type INestApplication, Module } from '@nestjs/common'
import pg from 'pg'
import { throwError } from 'rxjs'
import { BARE_CONFIG } from '../testing/bare-config.js'
import { createApi } from './create-api.js'
import { HttpModule } from './http.module.js'
import { toProblem } from './problem.filter.js'
import { Problem } from './problem.js'

const logged: unknown[] = []

@Controller('api/v1/failures')
class FailuresController {
  @Get('problem')
  problem() {
    throw new Problem('fleet-name-taken', 409, 'There is already a fleet called weather.', { retryAfterSeconds: 3 })
  }

  @Get('bug')
  bug() {
    throw new Error('connect to postgres://flotilla:hunter2@db failed', { cause: new Error('ECONNREFUSED') })
  }

  @Get('nothing')
  nothing() {
    // As libraries do, too.
    return throwError(() => undefined)
  }

  @Get('framework')
  framework() {
    throw new BadGatewayException('upstream')
  }
}

@Module({ imports: [HttpModule], controllers: [FailuresController] })
class FailuresModule {}

describe('whatever a route throws', () => {
  let app: INestApplication
  let url: string
  beforeAll(async () => {
    app = await createApi(FailuresModule, BARE_CONFIG)
    app.useLogger({ error: (message: unknown) => logged.push(message), log: () => {}, warn: () => {} })
    await app.listen(0, '127.0.0.1')
    url = `${await app.getUrl()}/api/v1/failures`
  })
  afterAll(() => app.close())

  it('is a problem where the caller can mend it', async () => {
    const answer = await fetch(`${url}/problem`)
    expect(answer.headers.get('retry-after')).toBe('3')
    expect(await answer.json()).toEqual({
      type: 'urn:flotilla:problem:fleet-name-taken',
      title: 'Fleet name taken',
      status: 409,
      code: 'fleet-name-taken',
      detail: 'There is already a fleet called weather.',
      requestId: answer.headers.get('x-request-id'),
    })
  })

  it('says nothing of what broke inside, and is logged once with its cause', async () => {
    logged.length = 0
    for (const path of ['bug', 'nothing']) {
      const answer = await fetch(`${url}/${path}`)
      const text = await answer.text()
      expect([answer.status, (JSON.parse(text) as { code: string }).code]).toEqual([500, 'internal-error'])
      expect(text).not.toMatch(/hunter2|ECONNREFUSED|\.ts/)
    }
    expect(logged).toHaveLength(2)
    expect(logged[0]).toMatchObject({ message: 'request failed', path: '/api/v1/failures/bug' })
  })

  it('is a time to come back where no connection to the database gets free', async () => {
    const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1, connectionTimeoutMillis: 50 })
    const only = await pool.connect()
    const error: unknown = await pool.connect().catch((reason: unknown) => reason)
    only.release()
    await pool.end()
    const problem = toProblem(error)
    expect([problem.status, problem.code]).toEqual([503, 'overloaded'])
    expect(problem.more.retryAfterSeconds).toBeGreaterThanOrEqual(5)
  })

  it('keeps the status of errors of the framework', async () => {
    const answer = await fetch(`${url}/framework`)
    expect(answer.status).toBe(502)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })
})
