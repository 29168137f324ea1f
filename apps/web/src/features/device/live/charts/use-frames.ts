'use client'

import { useEffect, useEffectEvent } from 'react'

/** A movement of less than a pixel, or more often than this, nobody sees. */
const SHORTEST_STEP_MS = 40
const CALM_STEP_MS = 1_000
/** Drawing, and painting what was drawn, may take this part of the time: what draws slowly draws less often. */
const SHARE = 0.6
/** A frame that follows a drawn one later than this was held up by its painting. */
const LATE_MS = 25

/**
 * Calls `begin` in an animation frame when `revision` has changed, or when time has moved the picture by a pixel, and
 * `run` in it and in those that follow until it returns true; `pace` tells whether a drawn frame held up the next. Never in
 * a hidden tab.
 */
export function useFrames(
  revision: () => number,
  pixelMs: number,
  { begin, run, pace }: { begin: () => void; run: () => boolean; pace: (late: boolean) => void },
): void {
  const readRevision = useEffectEvent(revision)
  const onBegin = useEffectEvent(begin)
  const onRun = useEffectEvent(run)
  const onPace = useEffectEvent(pace)
  useEffect(() => {
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    const stepMs = Math.max(pixelMs, calm ? CALM_STEP_MS : SHORTEST_STEP_MS)
    let drawn = { revision: -1, at: Number.NEGATIVE_INFINITY, costMs: 0 }
    let done = true
    let before = { at: Number.NEGATIVE_INFINITY, drew: false }
    let paintedFrom = 0
    // What is posted within a frame arrives once that frame was laid out and painted.
    const painted = new MessageChannel()
    painted.port1.onmessage = () => {
      drawn.costMs += performance.now() - paintedFrom
    }
    const onFrame = (at: number) => {
      frame = requestAnimationFrame(onFrame)
      const startedAt = performance.now()
      if (before.drew) onPace(at - before.at > LATE_MS)
      before = { at, drew: false }
      if (done) {
        const now = readRevision()
        const waitMs = now === drawn.revision ? stepMs : drawn.costMs / SHARE
        if (at - drawn.at < waitMs) return
        drawn = { revision: now, at, costMs: 0 }
        onBegin()
      }
      done = onRun()
      before.drew = true
      paintedFrom = startedAt
      painted.port2.postMessage(null)
    }
    let frame = requestAnimationFrame(onFrame)
    return () => {
      cancelAnimationFrame(frame)
      painted.port1.close()
    }
  }, [pixelMs])
}
