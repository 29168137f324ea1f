'use client'

import { SignInMethods } from '@heliograph/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from '@/lib/api'
import { meKey } from '@/lib/me-key'

const methodsKey = ['me', 'sign-in-methods'] as const

/** In which ways the signed-in person may sign in. */
export function useSignInMethods() {
  return useQuery({
    queryKey: methodsKey,
    queryFn: ({ signal }) => request('/api/v1/me/sign-in-methods', { schema: SignInMethods, signal }),
  })
}

/** Loads them anew, after one was changed, and which organizations they open. */
export function useRefreshSignInMethods(): () => Promise<void> {
  const queryClient = useQueryClient()
  return async () => {
    // The key of who is signed in begins those of all that the account's page shows.
    await queryClient.invalidateQueries({ queryKey: meKey })
  }
}
