/*
 * The image pairs: what people's updates are made of, from Debian's packages and the npm registry. Which versions come
 * depends on the day; only pairs made on the same day are to be compared.
 */
import type { ImageRecipe } from './recipe.js'

export interface ImageCase {
  name: string
  title: string
  from: ImageRecipe
  to: ImageRecipe
  /** What to do with it when there is little time. */
  isSmall: boolean
}

// The point release as it came out, and the same with what was mended since: two dates of one base image.
const BOOKWORM = { suite: 'bookworm', sources: ['debian bookworm'] }
const BOOKWORM_MENDED = {
  suite: 'bookworm',
  sources: ['debian bookworm', 'debian bookworm-updates', 'debian-security bookworm-security'],
}
const TRIXIE = {
  suite: 'trixie',
  sources: ['debian trixie', 'debian trixie-updates', 'debian-security trixie-security'],
}

const DEPENDENCIES = {
  axios: '1.7.7',
  express: '4.21.0',
  lodash: '4.17.21',
  'moment-timezone': '0.5.45',
  mqtt: '5.10.0',
  pg: '8.13.0',
  'socket.io': '4.8.0',
  typeorm: '0.3.20',
  ws: '8.18.0',
  zod: '3.23.8',
}

const NODE_APP: ImageRecipe = {
  debian: BOOKWORM,
  packages: ['nodejs'],
  dependencies: DEPENDENCIES,
  source: { package: '@node-red/nodes@4.0.9', editedFiles: 0 },
  builtAt: '2026-03-02T09:14:07Z',
}

const PYTHON = ['python3', 'python3-numpy', 'python3-cryptography', 'python3-pil', 'python3-requests', 'python3-yaml']

const NODE_APP_UPDATED: ImageRecipe = {
  ...NODE_APP,
  dependencies: { ...DEPENDENCIES, axios: '1.7.9', express: '4.21.2', ws: '8.18.3' },
  builtAt: '2026-03-09T11:02:33Z',
}

export const IMAGE_CASES: ImageCase[] = [
  {
    name: 'app',
    title: 'app: some lines changed',
    from: NODE_APP,
    to: { ...NODE_APP, source: { package: '@node-red/nodes@4.0.9', editedFiles: 5 }, builtAt: '2026-03-04T16:40:51Z' },
    isSmall: true,
  },
  {
    name: 'dependency',
    title: 'dependencies updated',
    from: NODE_APP,
    to: NODE_APP_UPDATED,
    isSmall: true,
  },
  {
    name: 'built',
    title: 'the same, built by Flotilla',
    from: { ...NODE_APP, byFlotilla: true },
    to: { ...NODE_APP_UPDATED, byFlotilla: true },
    isSmall: true,
  },
  {
    name: 'rebuilt',
    title: 'all rebuilt, same content',
    from: NODE_APP,
    to: { ...NODE_APP, isBaseRebuilt: true, builtAt: '2026-04-01T03:30:12Z' },
    isSmall: false,
  },
  {
    name: 'security',
    title: 'security upgrade of packages',
    from: NODE_APP,
    to: { ...NODE_APP, debian: BOOKWORM_MENDED, builtAt: '2026-04-02T10:05:44Z' },
    isSmall: false,
  },
  {
    name: 'runtime',
    title: 'new major runtime (and base)',
    from: { debian: BOOKWORM_MENDED, packages: PYTHON, builtAt: '2026-03-02T09:14:07Z' },
    to: { debian: TRIXIE, packages: PYTHON, builtAt: '2026-05-11T08:00:21Z' },
    isSmall: false,
  },
  {
    name: 'binary',
    title: 'static Go program updated',
    from: { debian: BOOKWORM, packages: [], program: '@esbuild/linux-x64@0.25.10', builtAt: '2026-03-02T09:14:07Z' },
    to: { debian: BOOKWORM, packages: [], program: '@esbuild/linux-x64@0.25.11', builtAt: '2026-03-06T13:22:09Z' },
    isSmall: true,
  },
]
