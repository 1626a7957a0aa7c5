import { BUNDLE_EXTENSION, BUNDLE_UPLOAD_HEADERS, BundleUploadIdSchema, type BundleBoard } from '@flotilla/contracts'
import { json, LocalProblem, type BodyStream, type LocalRequest } from '../local-api/local-request.js'
import type { Route } from '../local-api/route.js'
import type { UploadPiece, Uploads } from './uploads.js'

const LONGEST_FILE_NAME = 100

/** Under the path of the local API's own routes, at whichever door. */
export function uploadRoutes(
  uploads: () => Uploads,
  view: () => Promise<BundleBoard>,
  way: UploadPiece['way'],
): Route[] {
  return [
    { method: 'GET', path: '/v1/bundle', handle: async () => json(200, await view()) },
    {
      method: 'POST',
      path: '/v1/bundle',
      access: 'device',
      handle: async (asked) => json(200, await uploads().receive(pieceOf(asked, way))),
    },
  ]
}

function pieceOf({ stream }: LocalRequest, way: UploadPiece['way']): UploadPiece {
  // Not what a form of a foreign page could send: a browser asks first whether it may, and is not answered.
  if (!stream || stream.header('content-type') !== 'application/octet-stream') {
    throw new LocalProblem(415, 'not-binary', 'Send the file as application/octet-stream.')
  }
  const length = Number(stream.header('content-length') ?? NaN)
  if (!(length > 0)) throw new LocalProblem(411, 'length-required', 'Say by Content-Length how long the piece is.')
  return { ...rangeOf(stream, length), ...namesOf(stream), way, bytes: stream.bytes }
}

function rangeOf({ header }: BodyStream, length: number): Pick<UploadPiece, 'first' | 'last' | 'sizeBytes' | 'isAll'> {
  const text = header('content-range')
  if (text === undefined) return { first: 0, last: length - 1, sizeBytes: length, isAll: true }
  const [, first, last, sizeBytes] = (/^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(text) ?? []).map(Number)
  if (first === undefined || last === undefined || sizeBytes === undefined) {
    throw new LocalProblem(400, 'bad-upload', 'Content-Range is not like bytes 0-1048575/52428800.')
  }
  if (last - first + 1 !== length || last >= sizeBytes) {
    throw new LocalProblem(400, 'bad-upload', 'Content-Range and Content-Length do not fit each other.')
  }
  return { first, last, sizeBytes, isAll: false }
}

function namesOf({ header }: BodyStream): Pick<UploadPiece, 'id' | 'file'> {
  const id = BundleUploadIdSchema.safeParse(header(BUNDLE_UPLOAD_HEADERS.upload) ?? 'upload')
  if (!id.success) throw new LocalProblem(400, 'bad-upload', `${BUNDLE_UPLOAD_HEADERS.upload} is not an id.`)
  return { id: id.data, file: fileName(header(BUNDLE_UPLOAD_HEADERS.file)) }
}

/** It is shown to people and written down: without what could be taken for anything else. */
function fileName(header: string | undefined): string {
  const name = decoded(header ?? '').replace(/[^\p{L}\p{N} ._+@-]/gu, '_')
  return name.trim().slice(-LONGEST_FILE_NAME) || `bundle${BUNDLE_EXTENSION}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
