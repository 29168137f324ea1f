'use client'

import { SetupState } from '@heliograph/protocol'
import { useQuery } from '@tanstack/react-query'
import { request } from '@/lib/api'

/** Whether the first account is still missing. */
export function useSetupState() {
  return useQuery({
    queryKey: ['setup'],
    queryFn: ({ signal }) => request('/api/v1/setup', { schema: SetupState, signal }),
  })
}
