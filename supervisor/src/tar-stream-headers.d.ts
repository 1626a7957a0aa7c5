// What the package's own types leave out.
declare module 'tar-stream/headers.js' {
  interface Header {
    name: string
    type: string | null
    mode: number
    uid: number
    gid: number
    // Bytes.
    size: number
    mtime: Date
  }
  const headers: {
    /** null: the block that ends a tar. Throws where the checksum or the format is wrong. */
    decode(block: Uint8Array): Header | null
    /** null: the name is too long. */
    encode(header: Header): Uint8Array | null
  }
  export default headers
}
