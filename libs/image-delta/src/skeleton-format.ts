import { BLOCK } from './tar-header.js'

/**
 * A skeleton is what a layer's tar says about its files, without their contents: the header blocks, one after the
 * other. The end of the tar and what the walker does not know are not in it, since it only serves to predict headers.
 *
 * On disk: magic, deflated chunks of 16 KiB each, their lengths as varints, and a footer with the skeleton's length and
 * the length of that list, 8 bytes each.
 */
export const SKELETON_MAGIC = Buffer.from('FLSKEL01', 'latin1')
// Small, since a board that jumps between them throws most of them away again.
export const SKELETON_CHUNK = 16 * 1024
export const SKELETON_FOOTER = 16
// A million files and their folders: the list of chunks is then 100 KB.
export const LARGEST_SKELETON = 2 * 1024 * 1024 * BLOCK
