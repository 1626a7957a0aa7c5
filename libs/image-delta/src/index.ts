/**
 * What turns one container image into another, made on the server and applied on a board with little memory. It knows
 * tars, files and codecs, and nothing of engines, registries or networks.
 */
export type { SourceFile } from './source-file.js'
