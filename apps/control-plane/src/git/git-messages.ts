import { Transform } from 'node:stream'
import { encodePacket } from './pkt-line.js'
import { problem } from './push-lines.js'

/*
 * What git's own programs say to a pusher before any hook of ours has a say. They know what is wrong, and not what to do
 * about it here.
 */

// The sideband of messages: the client prints them behind `remote:`.
const MESSAGES = 2
const HEX_DIGITS = 4

const CURES: [RegExp, string[]][] = [
  [
    /pack exceeds maximum allowed size/,
    [
      'That is the most that one push may have here. Take large files out of the commits that are new to the server:',
      'what a later commit removes still counts. Or have whoever runs the server raise its MAX_PUSH_BYTES.',
    ],
  ],
]

/** Passes on the answer of git receive-pack, and after each message in it what to do. What is no answer of git's passes as it is. */
export function withCures(): Transform {
  let rest = Buffer.alloc(0)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      rest = Buffer.concat([rest, chunk])
      for (let length = packetLength(rest); length <= rest.length; length = packetLength(rest)) {
        const packet = rest.subarray(0, length)
        rest = rest.subarray(length)
        this.push(packet)
        if (packet[HEX_DIGITS] !== MESSAGES) continue
        for (const line of cureOf(packet.subarray(HEX_DIGITS + 1).toString())) this.push(line)
      }
      done()
    },
    flush(done) {
      done(null, rest)
    },
  })
}

/** Infinite: it has not begun whole. */
function packetLength(bytes: Buffer): number {
  if (bytes.length < HEX_DIGITS) return Infinity
  const length = Number.parseInt(bytes.toString('latin1', 0, HEX_DIGITS), 16)
  // Below 4 are git's signs between packets, which have no content.
  return Number.isNaN(length) ? bytes.length : Math.max(length, HEX_DIGITS)
}

function cureOf(message: string): string[] {
  const lines = CURES.find(([said]) => said.test(message))?.[1] ?? []
  return lines.map((line) => encodePacket(`${String.fromCharCode(MESSAGES)}${problem(line)}\n`))
}
