'use client'

import { SignInMethods } from '@heliograph/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from '@/lib/api'

const methodsKey = ['me', 'sign-in-methods'] as const

/** In which ways the signed-in person may sign in. */
export function useSignInMethods() {
  return useQuery({
    queryKey: methodsKey,
    queryFn: ({ signal }) => request('/api/v1/me/sign-in-methods', { schema: SignInMethods, signal }),
  })
}

/** Loads them anew, after one was changed. */
export function useRefreshSignInMethods(): () => Promise<void> {
  const queryClient = useQueryClient()
  return () => queryClient.invalidateQueries({ queryKey: methodsKey })
}
