'use client'

import { Minimize } from 'lucide-react'
import { type ReactNode, useEffect, useEffectEvent } from 'react'
import { Logo } from '@/components/logo'
import { useNow } from '@/lib/clock'
import { cn } from '@/lib/cn'
import { formatAsOf, formatClock } from '@/lib/format-time'
import { useOrganization } from '@/lib/organization'
import { useWall } from '@/lib/wall'
import { useWakeLock } from './use-wake-lock'

interface WallFrameProps {
  staleSince: number | null
  children: ReactNode
}

/** The overview on the whole screen, legible from three metres. */
export function WallFrame({ staleSince, children }: WallFrameProps) {
  const { name } = useOrganization()
  const awake = useWakeLock()
  const leave = useLeave()
  const now = useNow()
  return (
    <div data-wall="" className="flex min-h-dvh flex-col gap-[1.6vh] p-[2.4vh] md:h-dvh md:overflow-hidden">
      <header className="flex items-center gap-[1.6vh] text-[3.4vh] leading-tight">
        <Logo className="size-[4vh] shrink-0" />
        <h1 className="truncate font-semibold tracking-tight">{name}</h1>
        <span className={cn('ml-auto shrink-0 tabular-nums', staleSince !== null && 'text-quiet-text')}>
          {staleSince === null ? now > 0 && formatClock(now) : `no data since ${formatAsOf(staleSince, now)}`}
        </span>
        <button
          type="button"
          onClick={leave}
          aria-label="Leave wall view"
          title={awake ? 'Leave (Esc)' : 'Leave (Esc). This browser does not keep the screen awake.'}
          className="grid size-[5vh] min-h-8 min-w-8 shrink-0 place-items-center rounded-inner text-ink-faint hover:bg-hover hover:text-ink"
        >
          <Minimize aria-hidden className="size-[2.6vh]" />
        </button>
      </header>
      {children}
    </div>
  )
}

/** By the button, by Escape, and when full screen is left. */
function useLeave(): () => void {
  const { leaveWall } = useWall()
  const leave = () => {
    if (document.fullscreenElement) void document.exitFullscreen()
    leaveWall()
  }
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    // In a dialog, Escape closes that.
    if (event.key === 'Escape' && !event.defaultPrevented) leave()
  })
  const onFullScreenChange = useEffectEvent(() => {
    if (!document.fullscreenElement) leave()
  })
  useEffect(() => {
    document.addEventListener('keydown', onKey)
    document.addEventListener('fullscreenchange', onFullScreenChange)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('fullscreenchange', onFullScreenChange)
    }
  }, [])
  return leave
}
