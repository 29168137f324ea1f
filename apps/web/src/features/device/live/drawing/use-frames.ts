'use client'

import { useEffect, useEffectEvent } from 'react'
import { DrawingBudget } from './drawing-budget'

/** A smaller movement, or a more frequent one, would not be visible. */
const SHORTEST_STEP_MS = 40
const CALM_STEP_MS = 1_000

/**
 * Calls `begin` in an animation frame when `revision` has changed, or when time has moved the picture by a pixel, and
 * `run` in it and in those that follow until it returns true; `adapt` tells what a frame took that drew, painting included.
 * Never in a hidden tab.
 */
export function useFrames(
  revision: () => number,
  pixelMs: number,
  { begin, run, adapt }: { begin: () => void; run: () => boolean; adapt: (costMs: number) => void },
): void {
  const readRevision = useEffectEvent(revision)
  const onBegin = useEffectEvent(begin)
  const onRun = useEffectEvent(run)
  const onCost = useEffectEvent(adapt)
  useEffect(() => {
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    const stepMs = Math.max(pixelMs, calm ? CALM_STEP_MS : SHORTEST_STEP_MS)
    const share = new DrawingBudget()
    let begun = { revision: -1, at: Number.NEGATIVE_INFINITY }
    let done = true
    /** The start of the last frame that drew; null once its cost is known. */
    let drawnFrom: number | null = null
    const onPainted = () => {
      if (drawnFrom === null) return
      const costMs = performance.now() - drawnFrom
      drawnFrom = null
      share.spent(costMs)
      onCost(costMs)
    }
    // A message posted within a frame arrives after that frame was painted.
    const painted = new MessageChannel()
    painted.port1.onmessage = ({ data }) => data === drawnFrom && onPainted()
    const onFrame = (at: number) => {
      frame = requestAnimationFrame(onFrame)
      // Without a pause between frames, the next one begins before the message arrives.
      onPainted()
      const allowed = share.allows(at)
      if (done) {
        const now = readRevision()
        if (now === begun.revision ? at - begun.at < stepMs : !allowed) return
        begun = { revision: now, at }
        onBegin()
      }
      drawnFrom = performance.now()
      done = onRun()
      painted.port2.postMessage(drawnFrom)
    }
    let frame = requestAnimationFrame(onFrame)
    return () => {
      cancelAnimationFrame(frame)
      painted.port1.close()
    }
  }, [pixelMs])
}
