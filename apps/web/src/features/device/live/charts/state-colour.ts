import { isSwitch } from '../state-labels'

/** Which of the series' colours a state has: true that of its key, false none, texts one after another. */
export function stateColourIndex(code: number, keyColourIndex: number): number | null {
  if (isSwitch(code)) return code === 1 ? keyColourIndex : null
  return keyColourIndex + code - 2
}
