'use client'

import type { Me } from '@heliograph/protocol'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { AccountSection } from './account-section'
import { ChangePassword } from './change-password'
import { Passkeys } from './passkeys'
import { Provider } from './provider'
import { TwoFactor } from './two-factor'
import { useSignInMethods } from './use-sign-in-methods'

/** How the person signs in. Who has no password is asked for none. */
export function SignInMethods({ user }: Pick<Me, 'user'>) {
  const methods = useSignInMethods()
  return (
    <Loaded
      query={methods}
      failure="How you sign in could not be loaded"
      skeleton={<Skeleton className="h-96 w-full rounded-outer" />}
    >
      {(loaded) => (
        <>
          {loaded.password ? <ChangePassword /> : <NoPassword provider={loaded.openIdConnect?.name} />}
          {loaded.password && <TwoFactor methods={loaded} email={user.email} />}
          <Passkeys methods={loaded} />
          {loaded.openIdConnect && <Provider provider={loaded.openIdConnect} hasPassword={loaded.password} />}
        </>
      )}
    </Loaded>
  )
}

function NoPassword({ provider = 'the provider' }: { provider: string | undefined }) {
  return (
    <AccountSection
      title="Password"
      intro={`You have no password: you sign in with ${provider}, which asks for more than a password if it is set up so.`}
    />
  )
}
