'use client'

import { useSyncExternalStore } from 'react'
import { platformNow } from '@/lib/platform-clock'
import type { DrawScheduler } from '../drawing/draw-scheduler'
import { useFrames } from '../drawing/use-frames'
import type { ChartHistory } from '../history/chart-history'
import type { Marks } from '../marks/use-marks'
import { presetFor } from '../range/chart-range'
import type { ChartView } from '../range/chart-view'
import type { ChartedKey } from './charted-keys'
import type { Crosshair } from './crosshair'

interface DrawingOptions {
  charted: readonly ChartedKey[]
  history: ChartHistory
  view: ChartView
  revision: () => number
  width: number
  marks: Marks
  scheduler: DrawScheduler
  crosshair: Crosshair
}

/** One loop for all charts: requests the history in sight, and draws when anything has changed. */
export function useDrawing(options: DrawingOptions, onDrawn: () => void): void {
  const { charted, history, view, revision, width, marks, scheduler, crosshair } = options
  const range = useSyncExternalStore(view.listen, view.range, view.range)
  const spanMs = range.follow ? range.spanMs : range.to - range.from
  useFrames(
    () =>
      revision() +
      history.revision +
      view.revision +
      marks.store.revision +
      scheduler.revision +
      crosshair.revision,
    range.follow ? spanMs / Math.max(1, width) : Number.POSITIVE_INFINITY,
    {
      begin() {
        const now = platformNow()
        view.suggest(presetFor(now - oldestOf(charted)))
        const { min, max } = view.span()
        const wanted = charted.flatMap(({ lines }) =>
          lines.flatMap(({ series }) => {
            const past = series.past({ min, max }, now)
            return past === null ? [] : [{ ref: series.ref, span: past }]
          }),
        )
        history.want(wanted, max - min)
        marks.reachBack(min)
        // A crosshair that has left the charts points at nothing.
        if (crosshair.ts !== null && (crosshair.ts < min || crosshair.ts > max)) crosshair.move(null)
        scheduler.begin({ min, max, crosshair: crosshair.ts })
      },
      adapt: (costMs) => scheduler.adapt(costMs),
      run() {
        const done = scheduler.run()
        if (done) onDrawn()
        return done
      },
    },
  )
}

function oldestOf(charted: readonly ChartedKey[]): number {
  return Math.min(
    ...charted.map(({ lines }) => lines[0]?.series.series?.drawn.times[0] ?? Number.POSITIVE_INFINITY),
  )
}
