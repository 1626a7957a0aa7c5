import type { StandardSchemaConverter } from '@nestjs/swagger'
import { z } from 'zod'

type JsonSchema = Record<string, unknown>

/**
 * Zod schemas as JSON Schema of OpenAPI 3.1; those with an id become components. A converter remembers the components
 * that it made: two different schemas under one id are a mistake that it throws for.
 */
export function zodConverter(): StandardSchemaConverter {
  const known = new Map<string, string>()
  return (schema, { schemaType }) => {
    if (!(schema instanceof z.ZodType)) return undefined
    const { components, ...rest } = convert(schema, schemaType)
    for (const [id, component] of Object.entries(components)) {
      const text = JSON.stringify(component)
      if ((known.get(id) ?? text) !== text)
        throw new Error(`Two schemas have the id ${id}, or its input and output differ`)
      known.set(id, text)
    }
    return { ...rest, components }
  }
}

function convert(schema: z.ZodType, io: 'input' | 'output'): { schema: unknown; components: Record<string, unknown> } {
  const {
    $schema: _,
    $defs = {},
    ...root
  } = z.toJSONSchema(schema, { io, override: simplify }) as {
    $schema?: string
    $defs?: Record<string, JsonSchema>
  }
  const named = Object.entries($defs).filter(([name]) => !isAnonymous(name))
  if (named.length < Object.keys($defs).length) named.push(['Json', JSON_COMPONENT])
  const components = named.map(([name, { id: _id, ...component }]) => [name, withoutAnonymous(component)])
  return { schema: withoutAnonymous(root), components: Object.fromEntries(components) as Record<string, unknown> }
}

// Answers may get new members, and a format says more to a reader than the pattern that checks it.
function simplify({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
}

/** Zod numbers recursive schemas that have no id. The only ones here are z.json(): any JSON at all. */
function isAnonymous(name: string): boolean {
  return name.startsWith('__schema')
}

const JSON_COMPONENT: JsonSchema = {
  description: 'Any JSON value',
  anyOf: [
    ...['string', 'number', 'boolean', 'null'].map((type) => ({ type })),
    { type: 'array', items: { $ref: '#/$defs/Json' } },
    { type: 'object', additionalProperties: { $ref: '#/$defs/Json' } },
  ],
}

function withoutAnonymous(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAnonymous)
  if (typeof value !== 'object' || value === null) return value
  const reference = (value as JsonSchema).$ref
  if (typeof reference === 'string' && isAnonymous(reference.replace('#/$defs/', ''))) return { $ref: '#/$defs/Json' }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutAnonymous(member)]))
}
