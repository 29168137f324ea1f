import type { ReactNode } from 'react'
import { Logo } from '@/components/logo'
import { cn } from '@/lib/cn'

interface SessionCardProps {
  title: string
  intro: string
  wide?: boolean
  children: ReactNode
}

/** The page before sign-in: the logo, one sentence, one form. */
export function SessionCard({ title, intro, wide = false, children }: SessionCardProps) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center px-4 py-12">
      <div className={cn('w-full', wide ? 'max-w-md' : 'max-w-sm')}>
        <Logo className="size-9" />
        <h1 className="mt-5 text-20 font-semibold tracking-tight">{title}</h1>
        <p className="mt-1 text-13 text-ink-soft">{intro}</p>
        <div className="mt-6">{children}</div>
      </div>
    </main>
  )
}
