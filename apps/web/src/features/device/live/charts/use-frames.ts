'use client'

import { useEffect, useEffectEvent } from 'react'

/** A movement of less than a pixel, or more often than this, nobody sees. */
const SHORTEST_STEP_MS = 40
const CALM_STEP_MS = 1_000
/** Samples that come closer together than this are drawn together: every second frame at most. */
const TOGETHER_MS = 30

/**
 * Calls `draw` in an animation frame when `revision` has changed, or when time has moved the picture by a
 * pixel: every second frame at most, and never in a hidden tab.
 */
export function useFrames(revision: () => number, pixelMs: number, draw: () => void): void {
  const onDraw = useEffectEvent(draw)
  const readRevision = useEffectEvent(revision)
  useEffect(() => {
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    const stepMs = Math.max(pixelMs, calm ? CALM_STEP_MS : SHORTEST_STEP_MS)
    let drawn = { revision: -1, at: Number.NEGATIVE_INFINITY }
    const onFrame = (at: number) => {
      frame = requestAnimationFrame(onFrame)
      const now = readRevision()
      if (at - drawn.at < (now === drawn.revision ? stepMs : TOGETHER_MS)) return
      drawn = { revision: now, at }
      onDraw()
    }
    let frame = requestAnimationFrame(onFrame)
    return () => cancelAnimationFrame(frame)
  }, [pixelMs])
}
