import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common'
import { z } from 'zod'
import { holdsNul, Problem } from './problem.js'

type Issues = readonly { message: string; path?: readonly (PropertyKey | { key: PropertyKey })[] }[]

/** Checks `@Body({ schema })`, `@Query({ schema })` and `@Param(name, { schema })`, and answers what is wrong member by member. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new RequestPipe({ exceptionFactory: invalidInput })
}

/**
 * Refuses in queries what nobody reads, too: a filter that is misspelt would otherwise be answered with everything. A
 * schema that is a `z.looseObject` takes whatever comes, for clients that are not ours.
 */
class RequestPipe extends StandardSchemaValidationPipe {
  override transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    if (metadata.type === 'query') requireUsable(value as object, metadata.schema)
    return super.transform(value, metadata)
  }
}

function requireUsable(query: object, schema: unknown): void {
  // A stream has answered 200 before the database could say so.
  if (Object.values(query).some((value) => String(value).includes('\0'))) throw holdsNul()
  if (!(schema instanceof z.ZodObject) || schema.def.catchall !== undefined) return
  const known = Object.keys(schema.shape)
  const unknown = Object.keys(query).filter((name) => !known.includes(name))
  const message = `there is no such parameter here; there are: ${known.sort().join(', ')}`
  if (unknown.length > 0) throw invalidInput(unknown.map((name) => ({ path: [name], message })))
}

function invalidInput(issues: Issues): Problem {
  return new Problem('invalid-input', 400, 'Some of the input is not valid; see issues.', {
    issues: issues.slice(0, 50).map((issue) => ({ path: pointer(issue.path), message: issue.message })),
  })
}

function pointer(path: Issues[number]['path'] = []): string {
  return path.map((part) => `/${String(typeof part === 'object' ? part.key : part)}`).join('')
}
