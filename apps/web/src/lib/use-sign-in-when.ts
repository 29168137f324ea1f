'use client'

import { usePathname, useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { paths } from './paths'

/** Leads who is signed out to the sign-in page, which comes back to this one. */
export function useSignInWhen(signedOut: boolean): void {
  const router = useRouter()
  const pathname = usePathname()
  useEffect(() => {
    if (signedOut) router.replace(`${paths.signIn}?next=${encodeURIComponent(pathname)}`)
  }, [signedOut, pathname, router])
}
