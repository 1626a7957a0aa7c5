import input from './input.module.css'
import table from './table.module.css'
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

const harbor: MantineColorsTuple = [
  '#e8f5fb',
  '#d0e9f4',
  '#a2d3e9',
  '#71bbdc',
  '#48a6d0',
  '#2490bf',
  '#127fae',
  '#0b6f9c',
  '#075d85',
  '#04496a',
]

const slate: MantineColorsTuple = [
  '#f5f7fa',
  '#eef2f6',
  '#dfe5ec',
  '#d0d8e1',
  '#b7c2cf',
  '#909eb0',
  '#5a6779',
  '#475363',
  '#303b49',
  '#16202c',
]

// From text to background, as Mantine's dark scheme counts.
const night: MantineColorsTuple = [
  '#d6dee8',
  '#b9c4d2',
  '#93a1b5',
  '#6f7e94',
  '#35445a',
  '#253141',
  '#1a2430',
  '#141c26',
  '#101720',
  '#0b1118',
]

const SANS = "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
export const MONO = "'JetBrains Mono Variable', ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"

export const theme = createTheme({
  colors: { harbor, gray: slate, dark: night },
  primaryColor: 'harbor',
  primaryShade: 7,
  fontFamily: SANS,
  fontFamilyMonospace: MONO,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontSizes: { xs: '0.78rem', sm: '0.875rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.3' },
      h2: { fontSize: '1.1875rem', lineHeight: '1.35' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  components: {
    Paper: { defaultProps: { withBorder: true, shadow: 'none' } },
    Modal: {
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        centered: true,
        radius: 'lg',
        overlayProps: { backgroundOpacity: 0.45, blur: 2 },
        padding: 'lg',
      },
      styles: { title: { fontSize: 'var(--mantine-font-size-lg)', fontWeight: 650 } },
    },
    InputWrapper: { classNames: { error: input.error } },
    Badge: { defaultProps: { radius: 'sm' }, styles: { root: { textTransform: 'none', fontWeight: 600 } } },
    Button: { styles: { root: { fontWeight: 550 } } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250, events: { hover: true, focus: true, touch: true } } },
    Table: {
      defaultProps: { verticalSpacing: 'sm', horizontalSpacing: 'md' },
      classNames: { th: table.th, thead: table.thead },
    },
    TableScrollContainer: { defaultProps: { type: 'native' } },
  },
})

// Quiet buttons and alerts: Mantine's own are nearly white on glaring colours in the dark scheme.
const SOFT = {
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-red-filled': '#c9302a',
  '--mantine-color-red-filled-hover': '#ad241f',
  '--mantine-color-red-outline': 'var(--bad)',
  '--mantine-color-red-light': 'var(--bad-soft)',
  '--mantine-color-harbor-light': 'var(--busy-soft)',
  '--mantine-color-green-light': 'var(--good-soft)',
  '--mantine-color-yellow-light': 'var(--warn-soft)',
  '--mantine-color-red-light-color': 'var(--bad)',
  '--mantine-color-harbor-light-color': 'var(--busy)',
  '--mantine-color-green-light-color': 'var(--good)',
  '--mantine-color-yellow-light-color': 'var(--warn)',
}

/** Ties Mantine's own variables to those of global.css. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-dimmed': 'var(--text-dimmed)',
    '--mantine-color-text': 'var(--text-strong)',
    '--mantine-color-default-border': 'var(--line)',
    ...SOFT,
  },
  dark: {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-dimmed': 'var(--text-dimmed)',
    '--mantine-color-default-border': 'var(--line)',
    ...SOFT,
  },
})
