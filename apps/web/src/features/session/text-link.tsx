import Link from 'next/link'
import type { ReactNode } from 'react'

/** A link in the text of a card. */
export function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="rounded-inner text-13 text-ink underline underline-offset-2">
      {children}
    </Link>
  )
}
