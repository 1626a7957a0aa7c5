/*
 * One device as the fake control plane keeps it: by the rules of the contract, which are all in here and none of them
 * in the HTTP around it.
 */
import {
  applyMergePatch,
  type DeviceCommand,
  type DeviceCommandResult,
  type DeviceReportEvent,
  type DeviceState,
  type HardwareDescription,
  type ImageSourcesRequest,
  type ImageSourcesResponse,
  type Json,
  type LogBatch,
  type LogBatchResponse,
  type LogLine,
  type RegisterResponse,
  type ReportRequest,
  type ReportResponse,
  type SignedTarget,
} from '@flotilla/contracts'

export class FakeCloudDevice {
  /** What is served to polls; undefined: no target has been made yet. */
  target?: { signed: SignedTarget; etag: string; generation: number }
  readonly events: DeviceReportEvent[] = []
  readonly logs: LogLine[] = []
  /** Lines that the device said it had to drop. */
  dropped = 0
  readonly reports: ReportRequest[] = []
  /** What waits for the device; in its order. */
  commands: DeviceCommand[] = []
  /** Each result that came, repeated ones too. */
  readonly commandResults: DeviceCommandResult[] = []
  /** Each question for cheaper ways to an image, and what is answered. */
  readonly imageQuestions: ImageSourcesRequest[] = []
  imageSources: (request: ImageSourcesRequest) => ImageSourcesResponse = () => ({ paths: [] })
  private stored: { number: number; state: Json } = { number: 0, state: {} }

  constructor(
    readonly hardware: HardwareDescription,
    readonly registration: RegisterResponse,
  ) {}

  get state(): Partial<DeviceState> {
    return this.stored.state as Partial<DeviceState>
  }

  /** The server has lost what it knew (a restored backup). */
  forgetState(): void {
    this.stored = { number: 0, state: {} }
  }

  takeReport(report: ReportRequest): ReportResponse {
    this.reports.push(report)
    const { number, state } = this.stored
    if (report.baseline === 0) this.stored = { number: report.number, state: applyMergePatch({}, report.changes) }
    else if (report.baseline === number) {
      this.stored = { number: report.number, state: applyMergePatch(state, report.changes) }
    }
    for (const event of report.events) if (event.number > this.lastEvent) this.events.push(event)
    return { stored: this.stored.number, storedEvents: this.lastEvent }
  }

  answerImageSources(request: ImageSourcesRequest): ImageSourcesResponse {
    this.imageQuestions.push(request)
    return this.imageSources(request)
  }

  takeLogs({ lines, dropped = 0 }: LogBatch): LogBatchResponse {
    for (const line of lines) if (line.number > this.lastLine) this.logs.push(line)
    this.dropped += dropped
    return { stored: this.lastLine }
  }

  takeCommandResult(result: DeviceCommandResult): void {
    this.commandResults.push(result)
    this.commands = this.commands.filter(({ id }) => id !== result.id)
  }

  private get lastEvent(): number {
    return this.events.at(-1)?.number ?? 0
  }

  private get lastLine(): number {
    return this.logs.at(-1)?.number ?? 0
  }
}
