'use client'

import { useState } from 'react'
import { Button } from '@/components/button'
import { Notice } from '@/components/notice'
import { explain } from '@/lib/explain'
import { paths } from '@/lib/paths'
import { signOut } from '@/lib/sign-out'

interface SignedInAsProps {
  email: string
  /** The page to show after signing out. */
  next?: string
}

/** Who is signed in, and a way to be somebody else. */
export function SignedInAs({ email, next = paths.signIn }: SignedInAsProps) {
  const [failure, setFailure] = useState<string | null>(null)
  return (
    <div className="flex flex-col gap-3">
      <p className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 text-13 text-ink-soft">
        <span className="min-w-0">
          You are signed in as <span className="font-medium break-all text-ink">{email}</span>.
        </span>
        <Button size="sm" onClick={() => signOut(next).catch((error) => setFailure(explain(error).what))}>
          Sign out
        </Button>
      </p>
      {failure && <Notice tone="refused">You are still signed in. {failure}</Notice>}
    </div>
  )
}
