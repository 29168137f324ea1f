import type { Metadata } from 'next'
import { SessionCard } from '@/features/session/session-card'
import { SetupForm } from '@/features/session/setup-form'

export const metadata: Metadata = { title: 'Set up' }

export default function SetupPage() {
  return (
    <SessionCard
      wide
      title="Welcome to Heliograph"
      intro="Create the first account and the organization that your devices belong to."
    >
      <SetupForm />
    </SessionCard>
  )
}
