import type { Language } from '../highlight.ts'

export interface Snippet {
  id: 'mosquitto' | 'python' | 'mqttjs' | 'arduino' | 'curl' | 'node-red' | 'telegraf'
  label: string
  /** The first is shown at first; with more than one, a person chooses. */
  variants: readonly [SnippetVariant, ...SnippetVariant[]]
}

/** The versions of MQTT that an example is shown for, the one that is shown at first in front. */
export const mqttVersions = ['5', '3.1.1'] as const
export type MqttVersion = (typeof mqttVersions)[number]

export interface SnippetVariant {
  label: string
  /** Null where there is no choice. */
  version: MqttVersion | null
  language: Language
  /** What it does, and where it works. */
  note: string
  code: string
}

/** Says to the compiler what holds because there is a version of MQTT. */
export function atLeastOne(variants: SnippetVariant[]): [SnippetVariant, ...SnippetVariant[]] {
  return variants as [SnippetVariant, ...SnippetVariant[]]
}
