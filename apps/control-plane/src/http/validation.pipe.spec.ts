import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Controller, Get, type INestApplication, Module, Query } from '@nestjs/common'
import { z } from 'zod'
import { BARE_CONFIG } from '../testing/bare-config.js'
import { createApi } from './create-api.js'
import { HttpModule } from './http.module.js'

const StrictSchema = z.object({ name: z.string().optional(), limit: z.coerce.number().int().max(9).default(5) })
const LooseSchema = z.looseObject({ name: z.string().optional() })

@Controller('queries')
class QueriesController {
  @Get('ours')
  ours(@Query({ schema: StrictSchema }) query: object) {
    return query
  }

  @Get('theirs')
  theirs(@Query({ schema: LooseSchema }) query: object) {
    return query
  }
}

@Module({ imports: [HttpModule], controllers: [QueriesController] })
class QueriesModule {}

describe('the parameters of a query', () => {
  let app: INestApplication
  let url: string
  beforeAll(async () => {
    app = await createApi(QueriesModule, BARE_CONFIG)
    await app.listen(0, '127.0.0.1')
    url = `${await app.getUrl()}/queries`
  })
  afterAll(() => app.close())

  const answer = async (path: string) => {
    const response = await fetch(`${url}/${path}`)
    return { status: response.status, body: (await response.json()) as { issues?: object[] } }
  }

  it('are taken where the route knows them', async () => {
    expect(await answer('ours?name=a&limit=3')).toEqual({ status: 200, body: { name: 'a', limit: 3 } })
    expect(await answer('ours')).toEqual({ status: 200, body: { limit: 5 } })
  })

  it('are refused by name where it does not, with those that it knows', async () => {
    const { status, body } = await answer('ours?nmae=a&limit=3&page=2')
    const message = 'there is no such parameter here; there are: limit, name'
    expect(status).toBe(400)
    expect(body.issues).toEqual([
      { path: '/nmae', message },
      { path: '/page', message },
    ])
  })

  it('may be others where the clients are not ours', async () => {
    expect((await answer('theirs?name=a&account=b')).status).toBe(200)
  })
})
