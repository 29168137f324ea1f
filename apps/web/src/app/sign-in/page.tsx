import type { Metadata } from 'next'
import { SessionCard } from '@/features/session/session-card'
import { SignInForm } from '@/features/session/sign-in-form'

export const metadata: Metadata = { title: 'Sign in' }

export default function SignInPage() {
  return (
    <SessionCard title="Sign in to Heliograph" intro="See your devices and their data live.">
      <SignInForm />
    </SessionCard>
  )
}
