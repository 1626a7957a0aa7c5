import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { DEVICE_ROUTES, type ProblemDetails, ProblemDetailsSchema } from '@flotilla/contracts'
import { openApiDocument } from './http/openapi/document.js'
import type { Operation } from './http/openapi/operation.js'
import { createTestApi, type TestApi, type TestUser } from './testing/test-api.js'

interface Route {
  method: string
  path: string
  operation: Operation
}
interface Parameter {
  name: string
  in: string
  schema: { type?: string; format?: string; pattern?: string; enum?: unknown[] }
}

// What JSON can be where an object is wanted, and an object of which every member is wrong.
const NO_OBJECTS = ['[]', '"text"', '7', 'null', 'true', '{"__proto__":{"admin":true},"constructor":7}']

/** Holds for whatever routes there are: they are read from the OpenAPI document. */
describe('every route', () => {
  let api: TestApi
  let user: TestUser
  let routes: Route[]
  beforeAll(async () => {
    api = await createTestApi()
    user = await signIn(await api.signUp())
    routes = Object.entries(openApiDocument(api.app).paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation: operation as Operation,
      })),
    )
  })
  afterAll(() => api.close())

  /** A session: API tokens may not do everything. */
  async function signIn(known: TestUser): Promise<TestUser> {
    const token = `fls_${randomUUID()}`
    await api.database.query(
      `INSERT INTO sessions (id, user_id, token_hash, expires_at)
       VALUES ($1, $2, sha256($3::text::bytea), now() + interval '1 day')`,
      [randomUUID(), known.userId, token],
    )
    return { ...known, token }
  }
  function send(route: Route, url: string, init: RequestInit & { as?: TestUser } = {}): Promise<Response> {
    const { as, headers, ...rest } = init
    return fetch(api.url + url, {
      method: route.method,
      headers: {
        ...(as && { Authorization: `Bearer ${as.token}` }),
        ...(rest.body !== undefined && { 'Content-Type': 'application/json' }),
        ...(headers as Record<string, string>),
      },
      ...rest,
    })
  }
  /** What is wrong with an answer that should be a problem with one of these statuses. */
  async function complaint(answer: Response, ...statuses: number[]): Promise<string | undefined> {
    const text = await answer.text()
    if (!statuses.includes(answer.status)) return `status ${answer.status}: ${text.slice(0, 200)}`
    if (!answer.headers.get('content-type')?.startsWith('application/problem+json')) return 'no problem+json'
    if (/node_modules|\.[jt]s:\d+|\bat .+\(/.test(text)) return `shows a stack: ${text.slice(0, 200)}`
    const problem = ProblemDetailsSchema.safeParse(JSON.parse(text))
    return problem.success ? undefined : `not a problem: ${text.slice(0, 200)}`
  }
  /** Tries something on every route that it applies to; names each route that answers in another way than it should. */
  async function tryAll(attempt: (route: Route) => Promise<(string | undefined)[]>): Promise<string[]> {
    const failures: string[] = []
    for (const route of routes) {
      const found = (await attempt(route)).filter((text) => text !== undefined)
      failures.push(...found.map((text) => `${route.method} ${route.path}: ${text}`))
    }
    return failures
  }
  const isPublic = ({ operation }: Route) => operation.security?.length === 0
  const takesBody = ({ operation }: Route) => operation.requestBody !== undefined

  it('is described: a summary, an answer with a shape, and a name of its own', () => {
    const undescribed = routes.filter(({ operation }) => !operation.summary || !hasShape(operation))
    expect(undescribed.map(({ method, path }) => `${method} ${path}`)).toEqual([])
    const names = routes.map(({ operation }) => operation.operationId)
    expect(names).toEqual([...new Set(names)])
  })

  it('asks who is there before all else', async () => {
    const failures = await tryAll(async (route) => {
      if (isPublic(route)) return []
      return [await complaint(await send(route, fill(route), takesBody(route) ? { body: '{}' } : {}), 401)]
    })
    expect(failures).toEqual([])
  })

  it('refuses malformed JSON', async () => {
    const failures = await tryAll(async (route) => {
      if (!takesBody(route)) return []
      const broken = ['{', '{"a":', 'nonsense', '\u0000', '{"a":1}}']
      return Promise.all(
        broken.map(async (body) => {
          const answer = await send(route, fill(route), { as: user, body })
          const { code } = (await answer.clone().json()) as ProblemDetails
          return code === 'malformed-json' ? complaint(answer, 400) : `code ${code}`
        }),
      )
    })
    expect(failures).toEqual([])
  })

  it('refuses bodies of another shape, naming what is wrong', async () => {
    const failures = await tryAll(async (route) => {
      if (!takesBody(route)) return []
      const bodies = [...NO_OBJECTS, JSON.stringify(allWrong(route))]
      return Promise.all(
        bodies.map(async (body) => {
          // An object of unknown members is fine where none is needed; only the thing itself is not there.
          const answer = await send(route, fill(route), { as: user, body })
          const mayBeEmpty = body.includes('__proto__') && needed(route).length === 0
          return complaint(answer, ...(mayBeEmpty ? [400, 404] : [400]))
        }),
      )
    })
    expect(failures).toEqual([])
  })

  it('refuses a body that is no JSON, or has another encoding', async () => {
    const failures = await tryAll(async (route) => {
      if (!takesBody(route) || route.method === 'PATCH') return []
      const url = fill(route)
      return [
        await complaint(
          await send(route, url, { as: user, body: 'a=b', headers: { 'Content-Type': 'text/plain' } }),
          400,
        ),
        await complaint(await send(route, url, { as: user, body: '{}', headers: { 'Content-Encoding': 'zip' } }), 415),
        await complaint(await send(route, url, { as: user, body: '{}', headers: { 'Content-Encoding': 'gzip' } }), 400),
      ]
    })
    expect(failures).toEqual([])
  })

  it('refuses a body that is too large', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(5 * 1024 * 1024) })
    const failures = await tryAll(async (route) =>
      takesBody(route) ? [await complaint(await send(route, fill(route), { as: user, body }), 413)] : [],
    )
    expect(failures).toEqual([])
  })

  it('refuses malformed ids and queries', async () => {
    const failures = await tryAll(async (route) => {
      const body = takesBody(route) ? { body: '{}' } : {}
      const wrong = parameters(route).flatMap((parameter) => (isChecked(parameter) ? [parameter.name] : []))
      return Promise.all(
        wrong.map(async (name) => {
          const answer = await send(route, fill(route, { [name]: '!' }), { as: user, ...body })
          const found = await complaint(answer, 400)
          return found && `${name}=!: ${found}`
        }),
      )
    })
    expect(failures).toEqual([])
  })

  it('refuses halves of characters and bodies that nest for ever', async () => {
    const halves = JSON.stringify({ name: 'a', list: [{ text: 'b\ud83d' }] })
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
    const failures = await tryAll(async (route) => {
      if (!takesBody(route)) return []
      const refused = async (body: string, code: string) => {
        const answer = await send(route, fill(route), { as: user, body })
        const problem = (await answer.clone().json()) as ProblemDetails
        return problem.code === code ? complaint(answer, 400) : `code ${problem.code} for ${body.slice(0, 20)}`
      }
      return [await refused(halves, 'text-not-storable'), await refused(deep, 'body-too-deep')]
    })
    expect(failures).toEqual([])
  })

  it('knows no thing that there is not', async () => {
    const failures = await tryAll(async (route) => {
      if (!route.path.includes('{') || takesBody(route)) return []
      return [await complaint(await send(route, fill(route), { as: user }), 404)]
    })
    expect(failures).toEqual([])
  })

  it('does not take another method', async () => {
    const methods = new Map<string, string[]>()
    for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method])
    for (const [path, known] of methods) {
      const route = routes.find((each) => each.path === path)!
      const other = ['DELETE', 'PUT', 'PATCH', 'POST'].find((method) => !known.includes(method))!
      const answer = await send({ ...route, method: other }, fill(route), { as: user })
      expect([path, await complaint(answer, 405)]).toEqual([path, undefined])
      expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(known.sort())
    }
  })

  it('that is not there is a problem, too', async () => {
    for (const path of ['/api/v1/nothing', '/api/v1', '/api/v1/fleets/a/b/c', '/nothing', '/%zz', '/api/v1/fleets/%']) {
      for (const method of ['GET', 'POST']) {
        const answer = await send({ method, path, operation: routes[0]!.operation }, path, { as: user })
        expect([path, method, await complaint(answer, 400, 404, 405)]).toEqual([path, method, undefined])
      }
    }
  })

  it('of devices refuses malformed JSON as well', async () => {
    const { register, challenge, token, report, logs, registryToken, imageSources } = DEVICE_ROUTES
    for (const path of [register, challenge, token, report, logs, registryToken, imageSources]) {
      for (const body of ['{', ...NO_OBJECTS]) {
        const method = path === report ? 'PATCH' : 'POST'
        const answer = await send({ method, path, operation: routes[0]!.operation }, path, { body })
        expect([path, body, await complaint(answer, 400, 401)]).toEqual([path, body, undefined])
      }
    }
  })
})

function hasShape({ responses }: Operation): boolean {
  const answers = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  return answers.some(([status, answer]) => status === '204' || (answer && 'content' in answer && answer.content))
}

function parameters({ operation }: Route): Parameter[] {
  return (operation.parameters ?? []) as unknown as Parameter[]
}

/** The route's address with some value in each place of its path, and the given ones in its path or query. */
function fill(route: Route, values: Record<string, string> = {}): string {
  const { [route.path]: _, ...query } = values
  const path = route.path.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = query[name] ?? (name === 'digest' ? `sha256:${'0'.repeat(64)}` : randomUUID())
    delete query[name]
    return encodeURIComponent(value)
  })
  const search = new URLSearchParams(query).toString()
  return search ? `${path}?${search}` : path
}

/** Whether '!' is no value of a parameter in path or query. */
function isChecked({ in: place, schema }: Parameter): boolean {
  if (place !== 'path' && place !== 'query') return false
  const isText = schema.type === 'string' && !schema.format && !schema.pattern && !schema.enum
  return !isText
}

/** An object of the body's members, each of a type that it does not have. */
function allWrong(route: Route): Record<string, unknown> {
  return Object.fromEntries(Object.keys(bodySchema(route).properties ?? {}).map((name) => [name, { wrong: [{}] }]))
}

function needed(route: Route): string[] {
  return bodySchema(route).required ?? []
}

function bodySchema({ operation }: Route): { properties?: object; required?: string[] } {
  const body = operation.requestBody as { content: Record<string, { schema: object }> } | undefined
  return body?.content['application/json']?.schema ?? {}
}
