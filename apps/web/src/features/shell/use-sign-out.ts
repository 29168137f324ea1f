'use client'

import { useToast } from '@/components/toast'
import { request } from '@/lib/api'
import { explain } from '@/lib/explain'
import { paths } from '@/lib/paths'

/** Ends the session. The page is loaded anew, so that nothing of it is left in memory. */
export function useSignOut(): () => void {
  const toast = useToast()
  return () => {
    request('/api/auth/sign-out', { method: 'POST', body: {} }).then(
      () => window.location.assign(paths.signIn),
      (error) => toast(`You are still signed in. ${explain(error).what}`, 'failed'),
    )
  }
}
