import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { BuilderConfigSchema, MigrateConfigSchema, parseConfig, ServerConfigSchema } from './config.js'
import { envExample } from './env-example.js'

const SERVER = {
  DATABASE_URL: 'postgres://flotilla:secret@db/flotilla',
  DATA_DIR: '/data',
  PUBLIC_URL: 'https://flotilla.example.com/',
  REGISTRY_URL: 'https://registry.example.com',
}

describe('configuration', () => {
  it('comes from the environment, with defaults, and cannot be changed afterwards', () => {
    const config = parseConfig(ServerConfigSchema, { ...SERVER, PORT: '0', UNRELATED: 'x' })
    expect(config).toMatchObject({ PUBLIC_URL: 'https://flotilla.example.com', PORT: 0, HOST: '0.0.0.0' })
    expect(config).not.toHaveProperty('UNRELATED')
    expect(() => Object.assign(config, { PORT: 1 })).toThrow(TypeError)
  })

  it('takes an empty variable for one that is not set', () => {
    expect(parseConfig(ServerConfigSchema, { ...SERVER, REDIS_URL: '', PORT: '' }).PORT).toBe(8080)
    expect(() => parseConfig(ServerConfigSchema, { ...SERVER, DATA_DIR: '' })).toThrow('DATA_DIR')
  })

  it('lists everything that is wrong by name, and shows no value', () => {
    const wrong = {
      DATABASE_URL: 'mysql://user:hunter2@db',
      PUBLIC_URL: 'ftp://hunter2',
      PORT: 'hunter2',
      LOG_LEVEL: 'hunter2',
      MAX_PUSH_BYTES: '-1',
    }
    const problem = messageOf(() => parseConfig(ServerConfigSchema, wrong))
    for (const name of [...Object.keys(wrong), 'DATA_DIR', 'REGISTRY_URL']) expect(problem).toContain(`  ${name}: `)
    expect(problem).not.toContain('hunter2')
  })

  it('wants of a builder that it knows where the queue is', () => {
    const builder = { CONTROL_PLANE_URL: 'http://127.0.0.1:8080' }
    expect(messageOf(() => parseConfig(BuilderConfigSchema, builder))).toContain('QUEUE_DATABASE_URL')
    expect(parseConfig(BuilderConfigSchema, { ...builder, REDIS_URL: 'redis://127.0.0.1' }).BUILDER_CONCURRENCY).toBe(1)
  })

  it('wants passwords that are worth their name', () => {
    const short = { ...SERVER, ADMIN_PASSWORD: 'short', BUILDER_QUEUE_PASSWORD: 'short', ADMIN_EMAIL: 'nobody' }
    const problem = messageOf(() => parseConfig(MigrateConfigSchema, short))
    for (const name of ['ADMIN_PASSWORD', 'BUILDER_QUEUE_PASSWORD', 'ADMIN_EMAIL']) expect(problem).toContain(name)
  })
})

describe('the example of an environment', () => {
  const Api = z.object({
    URL: z.string().describe('Where.'),
    PORT: z.coerce.number().default(80).describe('Which door.'),
  })
  const Worker = z.object({
    URL: Api.shape.URL,
    PORT: Api.shape.PORT.describe('Which other door.'),
    CACHE: z.string().optional().describe('Faster with it.'),
  })

  it('has every variable once, with its readers, its meaning and its default', () => {
    const text = envExample([
      { names: ['api'], schema: Api },
      { names: ['worker', 'other'], schema: Worker },
    ])
    expect(text.split('\n\n').slice(1)).toEqual([
      '# api, worker, other: Where.\nURL=',
      '# api: Which door.\n# worker, other: Which other door.\n#PORT=80',
      '# worker, other: Faster with it.\n#CACHE=\n',
    ])
  })

  it('refuses a variable that says nothing about itself', () => {
    expect(() => envExample([{ names: ['api'], schema: z.object({ SECRET: z.string() }) }])).toThrow('SECRET')
  })
})

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('It did not throw')
}
