'use client'

import { SignInOptions } from '@heliograph/protocol'
import { useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import { request } from './api'

/** What the platform offers to whoever signs in. It changes with a restart alone. */
export function useSignInOptions() {
  return useQuery({
    queryKey: ['sign-in-options'],
    queryFn: ({ signal }) => request('/api/v1/sign-in-options', { schema: SignInOptions, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

const Started = z.object({ url: z.url() })

/** Leaves for the OpenID provider, which sends back to a page of ours. */
export async function goToProvider(call: 'sign-in/social' | 'link-social', backTo: string): Promise<void> {
  const body = { callbackURL: backTo }
  const { url } = await request(`/api/auth/${call}`, { method: 'POST', body, schema: Started })
  window.location.assign(url)
}
