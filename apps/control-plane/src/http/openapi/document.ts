import { ProblemDetailsSchema } from '@flotilla/contracts'
import type { INestApplication } from '@nestjs/common'
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger'
import { describeOperation, type Operation } from './operation.js'
import { zodConverter } from './zod-converter.js'

const ROOT = '/api/v1/'
const DESCRIPTION = `Flotilla's REST API.

Errors are RFC 9457 problems with a stable \`code\`. Lists answer \`{ items, nextCursor? }\` and take \`limit\` and
\`cursor\`. GET of one resource answers an \`ETag\` and honours \`If-None-Match\`; PATCH honours \`If-Match\`. A POST with
an \`Idempotency-Key\` that is repeated within 24 hours answers what it answered first. Server-sent events resume with
\`Last-Event-ID\`.`

/** The OpenAPI document of everything under /api/v1: the same for the same code, whatever order modules load in. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const convert = zodConverter()
  const frame = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Flotilla')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth(
      { type: 'http', bearerFormat: 'opaque', description: 'A session token (fls_…) or an API token (flt_…)' },
      'token',
    )
    .addCookieAuth('flotilla_session', { type: 'apiKey' }, 'session')
    .addSecurityRequirements('token')
    .addSecurityRequirements('session')
    .build()
  const document = SwaggerModule.createDocument(app, frame, {
    standardSchemaConverter: convert,
    autoTagControllers: false,
  })
  const problem = convert(ProblemDetailsSchema, { schemaType: 'output' })
  const schemas = sorted({ ...document.components?.schemas, ...(problem?.components as object) })
  const paths = Object.entries(document.paths).filter(([path]) => path.startsWith(ROOT))
  for (const [, item] of paths) {
    for (const [method, operation] of Object.entries(item)) describeOperation(method, operation as Operation)
  }
  return {
    ...document,
    paths: sorted(Object.fromEntries(paths)),
    components: { ...document.components, schemas },
  }
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
