'use client'

import { CloudOff } from 'lucide-react'
import { Button } from '@/components/button'
import { EmptyState } from '@/components/empty-state'
import { explain } from '@/lib/explain'

interface ErrorStateProps {
  /** What could not be done, as in "The devices could not be loaded". */
  title: string
  error: unknown
  onRetry?: () => void
}

export function ErrorState({ title, error, onRetry }: ErrorStateProps) {
  const { what, todo } = explain(error)
  return (
    <div role="alert">
      <EmptyState
        icon={<CloudOff aria-hidden />}
        title={title}
        action={onRetry && <Button onClick={onRetry}>Try again</Button>}
      >
        {what} {todo}
      </EmptyState>
    </div>
  )
}
