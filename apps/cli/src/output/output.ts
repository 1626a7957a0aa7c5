import type { Io } from '../io.js'
import { createStyle, type Style } from './style.js'
import { type Column, type Field, renderRecord, renderTable } from './table.js'

export interface OutputOptions {
  json: boolean
  /** undefined: colours on a terminal only. */
  colour: boolean | undefined
}

/**
 * What a command says. Results go to stdout: a table or sentence for people, or with --json exactly one JSON document.
 * Everything that is not the result goes to stderr.
 */
export class Output {
  readonly json: boolean
  readonly style: Style
  readonly coloured: boolean
  private readonly errorStyle: Style

  constructor(
    private readonly io: Io,
    options: OutputOptions,
  ) {
    this.json = options.json
    this.coloured = options.colour ?? io.stdout.isTTY === true
    this.style = createStyle(this.coloured)
    this.errorStyle = createStyle(options.colour ?? io.stderr.isTTY === true)
  }

  get now(): Date {
    return this.io.now()
  }

  /** Several things of a kind; `none` is what people read where there are none. */
  list<T>(rows: readonly T[], columns: readonly Column<T>[], none: string): void {
    if (this.json) this.document(rows)
    else if (rows.length === 0) this.note(none)
    else this.text(renderTable(rows, columns, this.style))
  }

  /** One thing. */
  record(value: unknown, fields: readonly Field[]): void {
    if (this.json) this.document(value)
    else this.text(renderRecord(fields, this.style))
  }

  /** Something was done: the thing as it is now, and a sentence for people. */
  done(value: unknown, sentence: string): void {
    if (this.json) this.document(value)
    else this.text(sentence)
  }

  /** The one JSON document of this run. */
  document(value: unknown): void {
    this.text(JSON.stringify(value, null, 2))
  }

  /** One of a stream of JSON documents, a line each. */
  documentLine(value: unknown): void {
    this.text(JSON.stringify(value))
  }

  text(text: string): void {
    this.io.stdout.write(`${text}\n`)
  }

  /** For people only: what happens next, what is meant. */
  note(text: string): void {
    if (!this.json) this.io.stderr.write(`${text}\n`)
  }

  /** Said in every mode: something that may go wrong later. */
  warn(text: string): void {
    this.io.stderr.write(`${this.errorStyle('yellow', 'warning:')} ${text}\n`)
  }

  failure(text: string): void {
    this.io.stderr.write(`${this.errorStyle('red', 'error:')} ${text}\n`)
  }

  failureDocument(value: unknown): void {
    this.io.stderr.write(`${JSON.stringify(value, null, 2)}\n`)
  }
}
