'use client'

import type { Me, OwnOrganization } from '@heliograph/protocol'
import { ShieldAlert } from 'lucide-react'
import Link from 'next/link'
import { Button, buttonClass } from '@/components/button'
import { Logo } from '@/components/logo'
import { useToast } from '@/components/toast'
import { explain } from '@/lib/explain'
import { paths } from '@/lib/paths'
import { signOut } from '@/lib/sign-out'

interface TwoFactorRequiredProps {
  organization: OwnOrganization
  me: Me
}

/** All that a member sees of an organization that requires two-factor, until they have it. */
export function TwoFactorRequired({ organization, me }: TwoFactorRequiredProps) {
  const others = me.organizations.filter(({ needsTwoFactor }) => !needsTwoFactor)
  return (
    <main className="mx-auto flex max-w-lg flex-col items-start px-4 py-16">
      <Logo className="size-8" />
      <h1 className="mt-6 flex items-center gap-2 text-20 font-semibold tracking-tight">
        <ShieldAlert aria-hidden className="size-5 shrink-0 text-quiet-text" />
        {organization.name} requires two-factor
      </h1>
      <p className="mt-2 text-14 text-ink-soft">
        You signed in by a password alone. Turn two-factor on in your account, which takes an authenticator
        app and a minute, or sign in with a passkey. Until then nothing else of this organization is shown.
      </p>
      <div className="mt-6 flex flex-wrap gap-3">
        <Link href={paths.account} className={buttonClass('primary')}>
          Set up two-factor
        </Link>
        <SignInAgain organization={organization.slug} />
      </div>
      {others.length > 0 && (
        <nav aria-label="Your other organizations" className="mt-10 text-13 text-ink-soft">
          <p>Your other organizations:</p>
          <ul className="mt-1 flex flex-wrap gap-x-4 gap-y-1">
            {others.map(({ slug, name }) => (
              <li key={slug}>
                <Link href={paths.overview(slug)} className="text-ink underline underline-offset-2">
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </main>
  )
}

function SignInAgain({ organization }: { organization: string }) {
  const toast = useToast()
  const next = `${paths.signIn}?next=${encodeURIComponent(paths.overview(organization))}`
  const again = () =>
    signOut(next).catch((error) => toast(`You are still signed in. ${explain(error).what}`, 'failed'))
  return <Button onClick={again}>Sign in again, with a passkey</Button>
}
