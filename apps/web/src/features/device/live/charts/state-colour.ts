import { isSwitch, type StateLabels } from '../state-labels'

/** Which of the series' colours a state has: true that of its key, false none, a text one of its own. */
export function stateColourIndex(code: number, keyColourIndex: number, labels: StateLabels): number | null {
  if (isSwitch(code)) return code === 1 ? keyColourIndex : null
  return labels.colourOf(code)
}
