import { memo, type CSSProperties, type ReactNode } from 'react'
import { describeMoment, describeTime } from '../../format/age.js'
import { parseAnsi, type AnsiPiece, type AnsiStyle } from '../../format/ansi.js'
import classes from './line-viewer.module.css'
import type { ViewerLine } from './viewer-line.js'

/** One line: time, service, text. The text is never taken for HTML. */
export const LineRow = memo(function LineRow({ line, search }: { line: ViewerLine; search: string }) {
  return (
    <div className={classes.line} data-tone={line.tone}>
      <time className={classes.time} dateTime={line.at} title={describeMoment(line.at)}>
        {describeTime(line.at)}
      </time>
      {line.source && (
        <span className={classes.source} data-hue={hue(line.source)}>
          {line.source}
        </span>
      )}
      <span className={classes.text}>
        {parseAnsi(line.text).map((piece, at) => (
          <Piece key={at} piece={piece} search={search} />
        ))}
      </span>
    </div>
  )
})

function Piece({ piece, search }: { piece: AnsiPiece; search: string }) {
  const content = search === '' ? piece.text : mark(piece.text, search)
  if (Object.keys(piece.style).length === 0) return <>{content}</>
  return (
    <span className={decorations(piece.style)} style={colors(piece.style)}>
      {content}
    </span>
  )
}

function mark(text: string, search: string): ReactNode[] {
  const lower = text.toLowerCase()
  const parts: ReactNode[] = []
  let end = 0
  for (let at = lower.indexOf(search); at !== -1; at = lower.indexOf(search, end)) {
    parts.push(text.slice(end, at), <mark key={at}>{text.slice(at, at + search.length)}</mark>)
    end = at + search.length
  }
  return [...parts, text.slice(end)]
}

function decorations(style: AnsiStyle): string {
  const names = [
    style.bold && classes.bold,
    style.faint && classes.faint,
    style.italic && classes.italic,
    style.underline && classes.underline,
    style.strike && classes.strike,
  ]
  return names.filter(Boolean).join(' ')
}

function colors({ color, background, inverse }: AnsiStyle): CSSProperties {
  const front = css(color)
  const back = css(background)
  if (!inverse) return { color: front, background: back }
  return { color: back ?? 'var(--terminal)', background: front ?? 'var(--terminal-text)' }
}

function css(color: number | string | undefined): string | undefined {
  return typeof color === 'number' ? `var(--ansi-${color})` : color
}

const HUES = 6

/** Each service keeps its colour: a number from its name. */
function hue(source: string): number {
  let sum = 0
  for (const char of source) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973
  return sum % HUES
}
