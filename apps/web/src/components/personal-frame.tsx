'use client'

import type { Me } from '@heliograph/protocol'
import { ArrowLeft, LogOut } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Button, buttonClass } from '@/components/button'
import { ClockNotice } from '@/components/clock-notice'
import { Logo } from '@/components/logo'
import { useToast } from '@/components/toast'
import { cn } from '@/lib/cn'
import { explain } from '@/lib/explain'
import { paths } from '@/lib/paths'
import { signOut } from '@/lib/sign-out'

interface PersonalFrameProps {
  /** Undefined while it is loaded. */
  me: Me | undefined
  title: string
  /** One sentence below the title. */
  intro: string
  wide?: boolean
  children: ReactNode
}

/** The frame of pages that belong to a person and to no organization: the way back, and out. */
export function PersonalFrame({ me, title, intro, wide = false, children }: PersonalFrameProps) {
  return (
    <>
      <header className="sticky top-0 z-20 flex h-13 items-center gap-2 border-b bg-canvas px-4 md:px-8">
        <Link href={paths.home} className="mr-auto flex items-center gap-2.5 rounded-inner">
          <Logo className="size-6 shrink-0" />
          <span className="text-14 font-semibold tracking-tight">Heliograph</span>
        </Link>
        {me?.organizations[0] && <BackLink organization={me.organizations[0]} />}
        {me && <SignOutButton />}
      </header>
      <main id="main" className={cn('mx-auto px-4 pt-5 pb-16 md:pt-7', wide ? 'max-w-5xl' : 'max-w-2xl')}>
        <ClockNotice className="mb-5" />
        <h1 className="text-20 font-semibold tracking-tight">{title}</h1>
        <p className="mt-0.5 mb-8 text-13 text-ink-soft">{intro}</p>
        {children}
      </main>
    </>
  )
}

function BackLink({ organization: { slug, name } }: { organization: Me['organizations'][number] }) {
  return (
    <Link href={paths.overview(slug)} className={cn(buttonClass('ghost', 'sm'), 'gap-2')}>
      <ArrowLeft aria-hidden />
      <span className="max-w-72 truncate">
        Back<span className="max-sm:sr-only"> to {name}</span>
      </span>
    </Link>
  )
}

function SignOutButton() {
  const toast = useToast()
  const leave = () =>
    signOut(paths.signIn).catch((error) => toast(`You are still signed in. ${explain(error).what}`, 'failed'))
  return (
    <Button size="sm" variant="ghost" onClick={leave}>
      <LogOut aria-hidden />
      Sign out
    </Button>
  )
}
