// Makes src/generated/schema.ts from openapi.json; with --check it only fails where the file is not up to date.
import { readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'
import ts from 'typescript'

const file = new URL('src/generated/schema.ts', import.meta.url)
const ast = await openapiTS(new URL('openapi.json', import.meta.url), {
  // A member with a default may be left out of a request.
  defaultNonNullable: false,
  // Inside an interface TypeScript refuses a type that refers to itself: it has to be an alias.
  inject: 'type Json = null | boolean | number | string | Json[] | { [key: string]: Json }\n',
  transform: (_schema, { path }) =>
    path === '#/components/schemas/Json' ? ts.factory.createTypeReferenceNode('Json') : undefined,
})
const text = `// Made by generate.mjs from openapi.json.\n${astToString(ast)}`

if (!process.argv.includes('--check')) await writeFile(file, text)
else if ((await readFile(file, 'utf8')) !== text) {
  console.error(
    'libs/api-client/src/generated/schema.ts does not fit openapi.json: npm run generate -w libs/api-client',
  )
  process.exitCode = 1
}
