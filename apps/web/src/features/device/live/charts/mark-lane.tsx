'use client'

import { useEffect, useRef, useState } from 'react'
import { formatMomentMillis } from '@/lib/format-time'
import { platformNow } from '@/lib/platform-clock'
import { readTheme } from '../drawing/chart-theme'
import type { DrawScheduler } from '../drawing/draw-scheduler'
import { paintMarkSign } from '../drawing/paint'
import { plotLeftPx, plotRightPx } from '../drawing/time-chart'
import { groupMarks, type Mark, type MarkGroup, type MarkStore } from '../marks/mark-store'

const [HEIGHT_PX, APART_PX, REACH_PX, SHOWN] = [18, 9, 10, 5]

interface MarkLaneProps {
  store: MarkStore
  scheduler: DrawScheduler
  width: number
}

/** The marks above the charts; pointing at one shows its text. */
export function MarkLane({ store, scheduler, width }: MarkLaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const groups = useRef<MarkGroup[]>([])
  const [shown, setShown] = useState<MarkGroup | null>(null)

  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context) return
    const theme = readTheme(element)
    const ratio = devicePixelRatio
    element.width = width * ratio
    element.height = HEIGHT_PX * ratio
    const plotWidth = width - plotLeftPx - plotRightPx
    return scheduler.add({
      isInSight: () => true,
      draw({ min, max }) {
        const xOf = (ts: number) => plotLeftPx + ((ts - min) / (max - min)) * plotWidth
        groups.current = groupMarks(store.between(min, max), xOf, APART_PX)
        context.clearRect(0, 0, element.width, element.height)
        for (const { x, marks } of groups.current)
          paintMarkSign({ context, theme, ratio }, marks, x * ratio, (HEIGHT_PX / 2) * ratio)
      },
    })
  }, [store, scheduler, width])

  const point = (x: number) => {
    const near = groups.current.find((group) => Math.abs(group.x - x) < REACH_PX)
    setShown((known) => (known?.marks[0] === near?.marks[0] ? known : (near ?? null)))
  }
  return (
    <div className="relative border-b" style={{ height: HEIGHT_PX }}>
      <canvas
        ref={canvas}
        aria-hidden
        style={{ width, height: HEIGHT_PX }}
        onPointerMove={(event) => point(event.nativeEvent.offsetX)}
        onPointerDown={(event) => point(event.nativeEvent.offsetX)}
        onPointerLeave={() => setShown(null)}
      />
      {shown !== null && <MarkTip group={shown} width={width} />}
    </div>
  )
}

function MarkTip({ group: { x, marks }, width }: { group: MarkGroup; width: number }) {
  const latest = marks.slice(-SHOWN)
  const left = x < width / 2
  return (
    <div
      role="status"
      className="pointer-events-none absolute top-full z-20 mt-1 max-w-80 animate-fade rounded-inner bg-raised px-2.5 py-1.5 text-12 shadow-float"
      style={left ? { left: Math.max(8, x - 24) } : { right: Math.max(8, width - x - 24) }}
    >
      {latest.map((mark) => (
        <MarkLine key={`${mark.ts}${mark.kind}${mark.text}`} mark={mark} />
      ))}
      {marks.length > latest.length && (
        <p className="text-ink-faint">and {marks.length - latest.length} more before</p>
      )}
    </div>
  )
}

function MarkLine({ mark: { ts, text } }: { mark: Mark }) {
  return (
    <p className="flex gap-2">
      <span className="shrink-0 text-ink-faint tabular-nums">{formatMomentMillis(ts, platformNow())}</span>
      <span className="line-clamp-3 min-w-0 break-words">{text}</span>
    </p>
  )
}
