import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_FOLDER } from './project-folder.mjs'

/** Every workspace: its folder, relative to the project, and its package.json. */
export function workspaces() {
  const { workspaces: patterns } = readPackage('.')
  return patterns
    .flatMap((pattern) => (pattern.endsWith('/*') ? foldersIn(pattern.slice(0, -2)) : [pattern]))
    .filter((folder) => existsSync(join(PROJECT_FOLDER, folder, 'package.json')))
    .map((folder) => ({ folder, package: readPackage(folder) }))
}

export function hasFile(folder, name) {
  return existsSync(join(PROJECT_FOLDER, folder, name))
}

/** Whether a project has anything to test. */
export function hasSpecs(folder) {
  return specsBelow(join(PROJECT_FOLDER, folder))
}

function specsBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    if (entry.isDirectory())
      return !['node_modules', 'dist'].includes(entry.name) && specsBelow(join(folder, entry.name))
    return /\.spec\.tsx?$/.test(entry.name)
  })
}

function foldersIn(parent) {
  const entries = readdirSync(join(PROJECT_FOLDER, parent), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => `${parent}/${entry.name}`)
}

function readPackage(folder) {
  return JSON.parse(readFileSync(join(PROJECT_FOLDER, folder, 'package.json'), 'utf8'))
}
