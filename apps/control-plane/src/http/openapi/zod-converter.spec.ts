import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { zodConverter } from './zod-converter.js'

const output = { schemaType: 'output' } as const
const input = { schemaType: 'input' } as const

describe('zod schemas in the OpenAPI document', () => {
  it('become components where they have an id', () => {
    const Board = z.object({ uuid: z.uuid() }).meta({ id: 'Board' })
    expect(zodConverter()(z.object({ board: Board, all: z.array(Board) }), output)).toEqual({
      schema: {
        type: 'object',
        properties: {
          board: { $ref: '#/$defs/Board' },
          all: { type: 'array', items: { $ref: '#/$defs/Board' } },
        },
        required: ['board', 'all'],
      },
      components: {
        Board: { type: 'object', properties: { uuid: { type: 'string', format: 'uuid' } }, required: ['uuid'] },
      },
    })
  })

  it('say what a caller may leave out, and what an answer always has', () => {
    const Settings = z.object({ limit: z.int().default(5) })
    const required = (schemaType: 'input' | 'output') =>
      (zodConverter()(Settings, { schemaType })?.schema as { required?: string[] }).required
    expect([required('input'), required('output')]).toEqual([undefined, ['limit']])
  })

  it('share one component for any JSON', () => {
    const converted = zodConverter()(z.object({ before: z.json().optional(), after: z.json() }), output)
    expect(converted?.schema).toMatchObject({
      properties: { before: { $ref: '#/$defs/Json' }, after: { $ref: '#/$defs/Json' } },
    })
    expect(Object.keys(converted?.components ?? {})).toEqual(['Json'])
  })

  it('may not share an id', () => {
    const convert = zodConverter()
    convert(z.object({ name: z.string() }).meta({ id: 'Thing' }), output)
    expect(() => convert(z.object({ other: z.string() }).meta({ id: 'Thing' }), output)).toThrow('Thing')
    const Defaulted = z.object({ name: z.string().default('x') }).meta({ id: 'Defaulted' })
    convert(Defaulted, output)
    expect(() => convert(Defaulted, input)).toThrow('Defaulted')
  })

  it('leave other schemas to the framework', () => {
    expect(zodConverter()({ '~standard': {} }, output)).toBeUndefined()
  })
})
