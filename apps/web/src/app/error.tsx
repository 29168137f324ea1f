'use client'

import { ErrorState } from '@/components/error-state'

/** Loads the page anew to go on: what failed may be a script of a version that the server has no more. */
export default function PageError({ error }: { error: Error }) {
  return (
    <main>
      <ErrorState
        level={1}
        title="This page failed"
        error={error}
        onRetry={() => window.location.reload()}
        retryLabel="Reload page"
      />
    </main>
  )
}
