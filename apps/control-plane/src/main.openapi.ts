import 'reflect-metadata'
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module.js'
import { parseConfig, ServerConfigSchema } from './config/config.js'
import { openApiDocument } from './http/openapi/document.js'

// node main.openapi.js [--check] <file>: writes the OpenAPI document, or fails where the file is not up to date.
const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true })
const [file] = positionals
if (file === undefined) throw new Error('Say which file to write: main.openapi.js [--check] <file>')

// In preview nothing is made and nothing connects: only what the decorators say is read.
const config = parseConfig(ServerConfigSchema, {
  DATABASE_URL: 'postgres://none/none',
  DATA_DIR: '.',
  PUBLIC_URL: 'http://127.0.0.1',
  REGISTRY_URL: 'http://127.0.0.1',
})
const app = await NestFactory.create(AppModule.forRoot(config), {
  preview: true,
  logger: ['error'],
  abortOnError: false,
})
const text = `${JSON.stringify(openApiDocument(app), undefined, 2)}\n`

if (!values.check) await writeFile(file, text)
else if ((await readFile(file, 'utf8')) !== text) {
  throw new Error(`${file} does not fit the controllers any more: npm run openapi -w apps/control-plane`)
}
