export interface ExposedMetric {
  type: string
  /** Label names of its samples. */
  labels: Set<string>
}

/** The metrics that a Prometheus text exposition declares, by the name after `# TYPE`. */
export function parseExposition(text: string): Map<string, ExposedMetric> {
  const metrics = new Map<string, ExposedMetric>()
  for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm))
    metrics.set(name, { type, labels: new Set() })
  for (const [, series = '', labels = ''] of text.matchAll(/^([a-z_]+)\{(.*)\} \S+$/gm)) {
    const metric = metrics.get(familyOf(series, metrics))
    for (const [, label = ''] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) metric?.labels.add(label)
  }
  return metrics
}

/** The metric that a series belongs to: a histogram has several. */
export function familyOf(series: string, metrics: ReadonlyMap<string, ExposedMetric>): string {
  const base = series.replace(/_(?:bucket|sum|count)$/, '')
  return metrics.get(base)?.type === 'histogram' ? base : series
}

/** The value of the one series with these labels, or the sum of those that match. */
export function seriesSum(text: string, series: string, labels: Record<string, string> = {}): number {
  return [...text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)]
    .filter(([, name]) => name === series)
    .filter(([, , found = '']) =>
      Object.entries(labels).every(([label, value]) => found.includes(`${label}="${value}"`)),
    )
    .reduce((sum, [, , , value]) => sum + Number(value), 0)
}
