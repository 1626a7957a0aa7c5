import protobuf from 'protobufjs'
import type { OutputLine } from './build-output.js'

/*
 * BuildKit's progress comes as base64 protobuf in the engine's answer: moby.buildkit.v1.StatusResponse of BuildKit's
 * api/services/control/control.proto. Only the fields that are shown to people are named here.
 */
const StatusResponse = protobuf.Root.fromJSON({
  nested: {
    StatusResponse: {
      fields: {
        vertexes: { rule: 'repeated', type: 'Vertex', id: 1 },
        logs: { rule: 'repeated', type: 'VertexLog', id: 3 },
      },
    },
    Vertex: {
      fields: {
        digest: { type: 'string', id: 1 },
        name: { type: 'string', id: 3 },
        cached: { type: 'bool', id: 4 },
        started: { type: 'Timestamp', id: 5 },
        completed: { type: 'Timestamp', id: 6 },
        error: { type: 'string', id: 7 },
      },
    },
    VertexLog: { fields: { vertex: { type: 'string', id: 1 }, msg: { type: 'bytes', id: 4 } } },
    Timestamp: { fields: { seconds: { type: 'int64', id: 1 } } },
  },
}).lookupType('StatusResponse')

interface Status {
  vertexes: { digest: string; name: string; cached: boolean; started?: object; completed?: object; error: string }[]
  logs: { vertex: string; msg: Uint8Array }[]
}

/** Turns the trace messages of one build into lines: a step of the Dockerfile when it begins, then what it prints. */
export class BuildkitTrace {
  private readonly announced = new Set<string>()
  private readonly rests = new Map<string, string>()
  private readonly decoder = new TextDecoder()

  /** `aux` as the engine sends it. */
  read(aux: string): OutputLine[] {
    const status = StatusResponse.decode(Buffer.from(aux, 'base64')) as unknown as Status
    return [
      ...status.vertexes.flatMap((vertex) => this.step(vertex)),
      ...status.logs.flatMap((log) => this.output(log)),
    ]
  }

  /** Output that did not end with a line break. */
  end(): OutputLine[] {
    return [...this.rests.values()].filter(Boolean).map((text) => ({ kind: 'output', text }))
  }

  private step(vertex: Status['vertexes'][number]): OutputLine[] {
    if (!vertex.started || this.announced.has(vertex.digest) || !isOfInterest(vertex.name)) return []
    this.announced.add(vertex.digest)
    return [{ kind: 'output', text: vertex.cached ? `${vertex.name} (cached)` : vertex.name }]
  }

  private output(log: Status['logs'][number]): OutputLine[] {
    const lines = ((this.rests.get(log.vertex) ?? '') + this.decoder.decode(log.msg)).split('\n')
    this.rests.set(log.vertex, lines.pop() ?? '')
    return lines.map((text) => ({ kind: 'output', text }))
  }
}

// Loading contexts, exporting and naming are the engine's own work.
function isOfInterest(name: string): boolean {
  return name.startsWith('[') && !name.startsWith('[internal]')
}
