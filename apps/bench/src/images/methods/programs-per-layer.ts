/*
 * The programs that others use, or could, each with the options under which it does well.
 */
import { type LayerMethod, perLayer } from './per-layer.js'

const RDIFF_PLAIN: LayerMethod = {
  name: 'rdiff',
  title: 'rdiff, 2 KiB + zstd -3',
  make: ({ from, to, patch, other, rebuilt }) => [
    ['rdiff', 'signature', from, other],
    ['rdiff', 'delta', other, to, rebuilt],
    ['zstd', '-3', '--quiet', '--force', rebuilt, '-o', patch],
    ['rm', rebuilt],
  ],
  apply: ({ from, patch, other, rebuilt }) => [
    ['zstd', '--decompress', '--quiet', '--force', patch, '-o', other],
    ['rdiff', 'patch', from, other, rebuilt],
  ],
}

/** What the peer's deltas are like. */
const RDIFF_FINE: LayerMethod = {
  ...RDIFF_PLAIN,
  name: 'rdiffFine',
  title: 'rdiff, 512 B + zstd -19',
  make: ({ from, to, patch, other, rebuilt }) => [
    ['rdiff', '--block-size=512', 'signature', from, other],
    ['rdiff', 'delta', other, to, rebuilt],
    ['zstd', '-19', '--quiet', '--force', rebuilt, '-o', patch],
    ['rm', rebuilt],
  ],
}

const ZSTD_PATCH: LayerMethod = {
  name: 'zstdPatch',
  title: 'zstd -19 --patch-from',
  // With several threads the patches become larger.
  make: ({ from, to, patch }) => [
    ['zstd', '-19', '--single-thread', '--quiet', `--patch-from=${from}`, to, '-o', patch],
  ],
  apply: ({ from, patch, rebuilt }) => [
    ['zstd', '--decompress', '--quiet', '--memory=2048MB', `--patch-from=${from}`, patch, '-o', rebuilt],
  ],
}

const BSDIFF: LayerMethod = {
  name: 'bsdiff',
  title: 'bsdiff',
  make: ({ from, to, patch }) => [['bsdiff', from, to, patch]],
  apply: ({ from, patch, rebuilt }) => [['bspatch', from, rebuilt, patch]],
}

export const LAYER_METHODS = [RDIFF_PLAIN, RDIFF_FINE, ZSTD_PATCH, BSDIFF].map(perLayer)
