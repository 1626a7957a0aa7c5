import { StandardSchemaValidationPipe } from '@nestjs/common'
import { Problem } from './problem.js'

type Issues = readonly { message: string; path?: readonly (PropertyKey | { key: PropertyKey })[] }[]

/** Checks `@Body({ schema })`, `@Query({ schema })` and `@Param(name, { schema })`, and answers what is wrong member by member. */
export function validationPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues: Issues) =>
      new Problem('invalid-input', 400, 'Some of the input is not valid; see issues.', {
        issues: issues.slice(0, 50).map((issue) => ({ path: pointer(issue.path), message: issue.message })),
      }),
  })
}

function pointer(path: Issues[number]['path'] = []): string {
  return path.map((part) => `/${String(typeof part === 'object' ? part.key : part)}`).join('')
}
