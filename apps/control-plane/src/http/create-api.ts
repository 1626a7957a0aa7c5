import { ConsoleLogger, type INestApplication, type LogLevel } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import compression from 'compression'
import helmet from 'helmet'
import type { ServerConfig } from '../config/config.js'
import { refuseUnusableJson } from './json-body.js'
import { KnownRoutes } from './known-routes.js'
import { serveOpenApi } from './openapi/serve.js'
import { ProblemFilter } from './problem.filter.js'
import { RawRoutes } from './raw-routes.js'
import { answerWithRequestId } from './request-id.js'
import { validationPipe } from './validation.pipe.js'

const JSON_LIMIT = '4mb'
// Nothing moved for so long: the other end is gone without a word, as boards go. Streams and pushes send signs of life.
const SILENT_MS = 10 * 60_000
// What the dashboard needs and no more: everything from here, and styles that its components set on elements.
const CONTENT_SECURITY = {
  'default-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'font-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  'base-uri': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
}

/** The HTTP application around a module: parsers, validation, problems, headers. Does not listen yet. */
export async function createApi(
  module: Parameters<typeof NestFactory.create>[0],
  config: ServerConfig,
): Promise<INestApplication> {
  const app = await NestFactory.create<NestExpressApplication>(module, {
    logger: createLogger(config),
    bodyParser: false,
    abortOnError: false,
  })
  app.disable('x-powered-by')
  app.set('etag', false)
  app.set('trust proxy', 'loopback, uniquelocal')
  const raw = app.get(RawRoutes, { strict: false })
  app.use(raw.answer)
  const server = app.getHttpServer()
  server.setTimeout(SILENT_MS)
  raw.acceptUpgrades(server)
  app.use(answerWithRequestId)
  app.use(helmet({ contentSecurityPolicy: { useDefaults: false, directives: CONTENT_SECURITY }, hsts: false }))
  app.use(
    '/api/v1',
    compression({ filter: (request, response) => !isEventStream(response) && compression.filter(request, response) }),
  )
  app.useBodyParser('json', { limit: JSON_LIMIT, inflate: true })
  app.use(refuseUnusableJson)
  serveOpenApi(app)
  app.useGlobalPipes(validationPipe())
  app.useGlobalFilters(new ProblemFilter(new KnownRoutes(app)))
  app.enableShutdownHooks()
  return app
}

export function createLogger(config: { LOG_LEVEL: string; LOG_FORMAT: string }): ConsoleLogger {
  const order: [string, LogLevel][] = [
    ['error', 'error'],
    ['warn', 'warn'],
    ['info', 'log'],
    ['debug', 'debug'],
  ]
  const upTo = order.findIndex(([name]) => name === config.LOG_LEVEL)
  return new ConsoleLogger({
    json: config.LOG_FORMAT === 'json',
    logLevels: ['fatal', ...order.slice(0, upTo + 1).map(([, level]) => level)],
  })
}

function isEventStream(response: { getHeader(name: string): unknown }): boolean {
  return String(response.getHeader('Content-Type')).startsWith('text/event-stream')
}
