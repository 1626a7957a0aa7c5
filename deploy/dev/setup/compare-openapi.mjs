// Fails where libs/api-client/openapi.json is not what the control plane's controllers say.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROJECT_FOLDER } from './project-folder.mjs'
import { runSilently } from './run.mjs'

const folder = mkdtempSync(join(tmpdir(), 'flotilla-openapi-'))
try {
  const fresh = join(folder, 'openapi.json')
  const program = join(PROJECT_FOLDER, 'apps/control-plane/dist/main.openapi.js')
  const { code, output } = await runSilently(process.execPath, [program, fresh], { cwd: PROJECT_FOLDER })
  if (code !== 0) throw new Error(output)
  const committed = join(PROJECT_FOLDER, 'libs/api-client/openapi.json')
  if (readFileSync(fresh, 'utf8') !== readFileSync(committed, 'utf8')) {
    console.error(
      'libs/api-client/openapi.json is not what the controllers say: npm run openapi -w @flotilla/control-plane',
    )
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true })
}
