'use client'

import { AcceptInvitation, type InvitationDetails, type Me } from '@heliograph/protocol'
import Link from 'next/link'
import { buttonClass } from '@/components/button'
import { Form } from '@/components/form'
import { Notice } from '@/components/notice'
import { paths } from '@/lib/paths'
import { useForm } from '@/lib/use-form'
import { SignedInAs } from './signed-in-as'
import { SubmitButton } from './submit-button'
import { useAccept } from './use-invitation'

interface JoinSignedInProps {
  token: string
  invitation: InvitationDetails
  me: Me
}

/** For who is signed in: one button, unless they are a member already or the invitation is for somebody else. */
export function JoinSignedIn({ token, invitation, me }: JoinSignedInProps) {
  const { organization, email } = invitation
  const isMember = me.organizations.some(({ slug }) => slug === organization.slug)
  return (
    <div className="flex flex-col gap-5">
      {isMember ? (
        <>
          <Notice>You are a member of {organization.name} already. The link stays unused.</Notice>
          <Link href={paths.overview(organization.slug)} className={buttonClass('primary')}>
            Open {organization.name}
          </Link>
        </>
      ) : email !== null && email !== me.user.email ? (
        <Notice tone="quiet">
          The invitation is for <span className="font-medium break-all">{email}</span>. Sign out, and open the
          link as that person.
        </Notice>
      ) : (
        <JoinButton token={token} name={organization.name} />
      )}
      <SignedInAs email={me.user.email} next={paths.join(token)} />
    </div>
  )
}

function JoinButton({ token, name }: { token: string; name: string }) {
  const accept = useAccept()
  const form = useForm({
    initial: { token },
    schema: AcceptInvitation,
    toInput: (values) => values,
    onSubmit: async (input) => void (await accept(input)),
  })
  return (
    <Form form={form} action={<SubmitButton form={form}>Join {name}</SubmitButton>}>
      {null}
    </Form>
  )
}
