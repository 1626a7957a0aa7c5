// Bundles the supervisor into one file that needs Node and nothing else: dist/supervisor.mjs.
import { readFile } from 'node:fs/promises'
import { build } from 'esbuild'
import { readPage } from './read-page.mjs'

// What of dockerode's tree the supervisor never uses, and what would cost a 512 MB board dearly: gRPC and protobuf (for
// BuildKit), ssh, tar packing. Whoever calls into one of them gets an error that says so.
const leftOut = [
  '@grpc/grpc-js',
  '@grpc/proto-loader',
  'protobufjs',
  'ssh2',
  'tar-fs',
  '@balena/dockerignore',
  'split-ca',
]

const stubs = {
  name: 'leave-out',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(${leftOut.join('|')})$`) }, ({ path }) => ({ path, namespace: 'left-out' }))
    onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `module.exports = new Proxy(function () {}, {
        get: (_, name) => name === '__esModule' ? false : () => { throw new Error('${path} is not in this bundle') },
      })`,
    }))
  },
}

// zod carries its messages in fifty languages; logs are in one.
const english = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /zod\/v4\/locales\/.+\.js$/ }, ({ path }) =>
      /\/(en|index)\.js$/.test(path) ? undefined : { contents: 'export default () => ({})' },
    )
  },
}

// Of a module esbuild leaves out what nobody uses, but not of `z`, the object that has all of zod: 3 MB of a board's memory.
const usedOfZod = {
  name: 'used-of-zod',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.+\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      return { contents: source.replace("import { z } from 'zod'", "import * as z from 'zod'"), loader: 'ts' }
    })
  },
}

// Node has its own streams, nobody reads docker-modem's debug output, and no schema is made from JSON here.
const replaced = {
  name: 'replaced',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^readable-stream$/ }, () => ({ path: 'node:stream', external: true }))
    onLoad({ filter: /\/node_modules\/debug\/src\/index\.js$/ }, () => ({
      contents: 'module.exports = () => () => undefined',
    }))
    onLoad({ filter: /zod\/v4\/classic\/from-json-schema\.js$/ }, () => ({
      contents: 'export const fromJSONSchema = undefined',
    }))
  },
}

const page = {
  name: 'page-in-one-piece',
  setup({ onLoad }) {
    onLoad({ filter: /\.html$/ }, async ({ path }) => ({ contents: await readPage(path), loader: 'text' }))
  },
}

// Of our own libraries only what is imported.
const pure = {
  name: 'own-libraries-are-pure',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@flotilla\// }, async ({ path, resolveDir, pluginData, kind }) => {
      if (pluginData === 'resolved') return undefined
      return { ...(await resolve(path, { resolveDir, kind, pluginData: 'resolved' })), sideEffects: false }
    })
  },
}

// Another place than dist/ may be given: tests do.
const outfile = process.argv[2] ?? new URL('dist/supervisor.mjs', import.meta.url).pathname

const { version } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'))

await build({
  entryPoints: [new URL('src/main.ts', import.meta.url).pathname],
  outfile,
  inject: [new URL('src/node18.ts', import.meta.url).pathname],
  bundle: true,
  platform: 'node',
  // Debian 12 and the Raspberry Pi OS made from it bring Node 18; what that lacks comes from src/node18.ts.
  target: 'node18',
  format: 'esm',
  conditions: ['@flotilla/source'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  sourcemap: false,
  alias: { 'deploy-pi': new URL('../deploy/pi', import.meta.url).pathname },
  loader: { '.sh': 'text', '.service': 'text' },
  plugins: [stubs, english, usedOfZod, replaced, page, pure],
  // CommonJS packages in an ES module bundle still call require() for Node's own modules.
  banner: {
    // The second line tells the control plane which version it has.
    js: `#!/usr/bin/env node
// flotilla-supervisor ${version}
import { createRequire as __createRequire } from 'node:module'
const require = __createRequire(import.meta.url)`,
  },
})
