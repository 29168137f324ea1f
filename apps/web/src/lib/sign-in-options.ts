'use client'

import { SignInOptions } from '@heliograph/protocol'
import { useQuery } from '@tanstack/react-query'
import { request } from './api'

/** What the platform offers to whoever signs in. It changes with a restart alone. */
export function useSignInOptions() {
  return useQuery({
    queryKey: ['sign-in-options'],
    queryFn: ({ signal }) => request('/api/v1/sign-in-options', { schema: SignInOptions, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
}
