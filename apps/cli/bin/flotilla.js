#!/usr/bin/env -S node --
// Without -- Node takes --env-file for an option of its own, wherever it stands.
// Starts the built command; everything else is in src/main.ts.
import { existsSync } from 'node:fs'

const main = new URL('../dist/main.js', import.meta.url)
if (!existsSync(main)) {
  process.stderr.write('flotilla is not built yet: run `npm run build` in the project first.\n')
  process.exit(1)
}
await import(main.href)
