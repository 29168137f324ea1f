import type { Metadata } from 'next'
import Link from 'next/link'
import { buttonClass } from '@/components/button'
import { Logo } from '@/components/logo'

export const metadata: Metadata = { title: 'Page not found' }

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center px-6 text-center">
      <div className="flex flex-col items-center">
        <Logo className="size-9" />
        <h1 className="mt-4 text-16 font-semibold">Page not found</h1>
        <p className="mt-1 mb-5 text-13 text-ink-soft">
          The address may be mistyped, or the page no longer exists.
        </p>
        <Link href="/" className={buttonClass()}>
          Go to the overview
        </Link>
      </div>
    </main>
  )
}
