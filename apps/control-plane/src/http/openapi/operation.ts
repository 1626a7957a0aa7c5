import type { OpenAPIObject } from '@nestjs/swagger'

export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & { [PUBLIC_EXTENSION]?: boolean }

/** Marks the operations that need no credentials; @Public() sets it. */
export const PUBLIC_EXTENSION = 'x-public'

const PROBLEM = {
  description: 'A problem: what is wrong, and what to do',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}
const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description: 'Any text of your own, new for each thing to make: a repeated request answers what the first did.',
  schema: { type: 'string', maxLength: 255 },
}

/** Adds to an operation what holds for all of them, so that no controller has to say it. */
export function describeOperation(method: string, operation: Operation): void {
  const isPublic = operation[PUBLIC_EXTENSION] === true
  delete operation[PUBLIC_EXTENSION]
  if (isPublic) operation.security = []
  const parameters = operation.parameters ?? []
  // A header is never needed: If-Match, Last-Event-ID.
  for (const parameter of parameters) if ('in' in parameter && parameter.in === 'header') parameter.required = false
  if (method === 'post' && !isPublic) parameters.push(IDEMPOTENCY_KEY)
  operation.parameters = parameters
  operation.responses.default = PROBLEM
}
