'use client'

import type { Me } from '@heliograph/protocol'
import { LogOut } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Button } from '@/components/button'
import { ClockNotice } from '@/components/clock-notice'
import { Logo } from '@/components/logo'
import { useToast } from '@/components/toast'
import { explain } from '@/lib/explain'
import { paths } from '@/lib/paths'
import { signOut } from '@/lib/sign-out'

interface AccountFrameProps {
  /** Undefined while it is loaded. */
  me: Me | undefined
  children: ReactNode
}

/** The frame of the account's page, which belongs to no organization: the way back, and out. */
export function AccountFrame({ me, children }: AccountFrameProps) {
  return (
    <>
      <header className="sticky top-0 z-20 flex h-13 items-center gap-3 border-b bg-canvas px-4 md:px-8">
        <Link href={paths.home} className="flex items-center gap-2.5 rounded-inner">
          <Logo className="size-6 shrink-0" />
          <span className="text-14 font-semibold tracking-tight">Heliograph</span>
        </Link>
        {me && <SignOutButton />}
      </header>
      <main id="main" className="mx-auto max-w-2xl px-4 pt-5 pb-16 md:pt-7">
        <ClockNotice className="mb-5" />
        <h1 className="text-20 font-semibold tracking-tight">Your account</h1>
        <p className="mt-0.5 mb-8 text-13 text-ink-soft">One account for all of your organizations.</p>
        {children}
      </main>
    </>
  )
}

function SignOutButton() {
  const toast = useToast()
  const leave = () =>
    signOut(paths.signIn).catch((error) => toast(`You are still signed in. ${explain(error).what}`, 'failed'))
  return (
    <Button size="sm" variant="ghost" className="ml-auto" onClick={leave}>
      <LogOut aria-hidden />
      Sign out
    </Button>
  )
}
