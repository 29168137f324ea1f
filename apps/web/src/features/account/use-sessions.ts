'use client'

import { OwnSessionPage } from '@heliograph/protocol'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { request } from '@/lib/api'
import { activityKey } from './use-activity'

const SESSIONS = '/api/v1/me/sessions'
const sessionsKey = ['me', 'sessions'] as const

/** Where the person is signed in. Somebody may sign in at any time, so they are loaded again while they are shown. */
export function useSessions() {
  return useQuery({
    queryKey: sessionsKey,
    queryFn: ({ signal }) => request(SESSIONS, { schema: OwnSessionPage, signal }),
    refetchInterval: 15_000,
  })
}

/** The calls that end sessions. Each loads the list anew. */
export function useSessionCalls() {
  const queryClient = useQueryClient()
  const changed = async () => {
    await queryClient.invalidateQueries({ queryKey: sessionsKey })
    await queryClient.invalidateQueries({ queryKey: activityKey })
  }
  return {
    async end(id: string): Promise<void> {
      await request(`${SESSIONS}/${id}`, { method: 'DELETE' })
      await changed()
    },
    async endOthers(): Promise<void> {
      await request(SESSIONS, { method: 'DELETE' })
      await changed()
    },
  }
}
