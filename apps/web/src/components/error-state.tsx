'use client'

import { CloudOff } from 'lucide-react'
import { useEffect, useEffectEvent } from 'react'
import { Button } from '@/components/button'
import { EmptyState } from '@/components/empty-state'
import { explain, isTemporary } from '@/lib/explain'

const RETRY_EVERY_MS = 5_000

interface ErrorStateProps {
  /** The title of the error, such as "The devices could not be loaded". */
  title: string
  error: unknown
  onRetry?: () => void
  retryLabel?: string
  /** The level of the heading: 1 where it fills the page. */
  level?: 1 | 2
}

export function ErrorState({ title, error, onRetry, retryLabel = 'Try again', level = 2 }: ErrorStateProps) {
  const { what, todo } = explain(error)
  const retries = onRetry !== undefined && isTemporary(error)
  const retry = useEffectEvent(() => onRetry?.())
  useEffect(() => {
    if (!retries) return
    const timer = setInterval(() => retry(), RETRY_EVERY_MS)
    return () => clearInterval(timer)
  }, [retries])
  return (
    <div role="alert">
      <EmptyState
        level={level}
        icon={<CloudOff aria-hidden />}
        title={title}
        action={onRetry && <Button onClick={onRetry}>{retryLabel}</Button>}
      >
        {what} {todo} {retries && 'This page tries again every few seconds.'}
      </EmptyState>
    </div>
  )
}
