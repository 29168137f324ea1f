import { seriesColour } from '../telemetry/series-colour'

/** The colours of a chart, as the canvas takes them. */
export interface ChartTheme {
  series: readonly string[]
  ink: string
  inkStrong: string
  grid: string
  surface: string
  sunken: string
  warning: string
  critical: string
  online: string
  offline: string
}

/** A canvas knows no CSS variables: they are read once, and a chart is made anew with the theme. */
export function readTheme(root: HTMLElement): ChartTheme {
  const style = getComputedStyle(root)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    series: Array.from({ length: 8 }, (_, index) => read(seriesColour(index).slice('var('.length, -1))),
    ink: read('--ink-faint'),
    inkStrong: read('--ink'),
    grid: read('--line'),
    surface: read('--surface'),
    sunken: read('--hover'),
    warning: read('--quiet'),
    critical: read('--refused'),
    online: read('--online'),
    offline: read('--offline'),
  }
}
