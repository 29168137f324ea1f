import type { Language } from '../highlight.js'

export interface Snippet {
  id: 'mosquitto' | 'python' | 'mqttjs' | 'arduino' | 'curl'
  label: string
  /** The first is shown at first; with more than one, a person chooses. */
  variants: readonly [SnippetVariant, ...SnippetVariant[]]
}

export interface SnippetVariant {
  label: string
  language: Language
  /** What it does, and where it works. */
  note: string
  code: string
}
