'use client'

import { AcceptInvitation, type InvitationDetails } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Form } from '@/components/form'
import { NewPasswordField } from '@/components/new-password-field'
import { Notice } from '@/components/notice'
import { PasswordInput } from '@/components/password-input'
import { Segmented } from '@/components/segmented'
import { TextField } from '@/components/text-field'
import { meKey } from '@/lib/me-key'
import { useForm } from '@/lib/use-form'
import { SecondStep } from './second-step'
import { SignInInput, signIn } from './sign-in'
import { SubmitButton } from './submit-button'
import { useAccept } from './use-invitation'

interface JoinFormsProps {
  token: string
  invitation: InvitationDetails
}

type Way = 'create' | 'sign-in'

/** For who is not signed in: a new account, or their own. */
export function JoinForms(props: JoinFormsProps) {
  const [way, setWay] = useState<Way>('create')
  // What was typed stays when the person changes to the other form.
  const [email, setEmail] = useState(props.invitation.email ?? '')
  const FormOfWay = way === 'create' ? NewAccountForm : OwnAccountForm
  return (
    <div className="flex flex-col gap-4">
      <Segmented
        label="Account"
        className="-ml-2"
        value={way}
        onChange={setWay}
        options={[
          { value: 'create', label: 'New account' },
          { value: 'sign-in', label: 'I have an account' },
        ]}
      />
      <FormOfWay {...props} email={email} onEmail={setEmail} />
    </div>
  )
}

interface FormOfWayProps extends JoinFormsProps {
  email: string
  onEmail: (email: string) => void
}

function NewAccountForm({ token, invitation, email, onEmail }: FormOfWayProps) {
  const accept = useAccept()
  const [mailedTo, setMailedTo] = useState<string | null>(null)
  const form = useForm({
    initial: { name: '', email, password: '' },
    schema: AcceptInvitation.required({ name: true, email: true, password: true }),
    toInput: (values) => ({ ...values, email: values.email.trim(), token }),
    // The account is made and signed in like that of the set-up.
    onSubmit: async (input) =>
      setMailedTo(await accept(input, async () => void (await signIn(input.email, input.password)))),
  })
  const { values, set, error } = form
  if (mailedTo !== null)
    return (
      <div role="status">
        <Notice title="Check your mail">
          A link is on its way to <span className="break-all text-ink">{mailedTo}</span>. Open it within an
          hour, and you are a member.
        </Notice>
      </div>
    )
  return (
    <Form form={form} action={<SubmitButton form={form}>Create account and join</SubmitButton>}>
      <TextField
        label="Your name"
        error={error('name')}
        autoComplete="name"
        value={values.name}
        onValue={(name) => set('name', name)}
      />
      <EmailField
        invitation={invitation}
        error={error('email')}
        value={values.email}
        onValue={(typed) => {
          set('email', typed)
          onEmail(typed)
        }}
      />
      <NewPasswordField
        error={error('password')}
        value={values.password}
        onValue={(password) => set('password', password)}
      />
    </Form>
  )
}

function OwnAccountForm({ token, invitation, email, onEmail }: FormOfWayProps) {
  const join = useJoinSignedIn(token)
  const [waitsForCode, setWaitsForCode] = useState(false)
  const form = useForm({
    initial: { email, password: '' },
    schema: SignInInput,
    toInput: (values) => ({ ...values, email: values.email.trim() }),
    onSubmit: async (input) => {
      if ((await signIn(input.email, input.password)) === 'code') setWaitsForCode(true)
      else await join()
    },
  })
  const { values, set, error } = form
  if (waitsForCode)
    return <SecondStep submit="Sign in and join" onDone={join} onBack={() => setWaitsForCode(false)} />
  return (
    <Form form={form} action={<SubmitButton form={form}>Sign in and join</SubmitButton>}>
      <EmailField
        invitation={invitation}
        error={error('email')}
        value={values.email}
        onValue={(typed) => {
          set('email', typed)
          onEmail(typed)
        }}
      />
      <TextField
        label="Password"
        error={error('password')}
        control={PasswordInput}
        autoComplete="current-password"
        value={values.password}
        onValue={(password) => set('password', password)}
      />
    </Form>
  )
}

/** Accepts the invitation as the person who signed in just now. */
function useJoinSignedIn(token: string): () => Promise<void> {
  const accept = useAccept()
  const queryClient = useQueryClient()
  return async () => {
    try {
      await accept({ token })
    } catch (error) {
      // The person is signed in now, and the page says what that means for the invitation.
      await queryClient.invalidateQueries({ queryKey: meKey })
      throw error
    }
  }
}

interface EmailFieldProps {
  invitation: InvitationDetails
  error: string | undefined
  value: string
  onValue: (email: string) => void
}

/** The address is given when the invitation is for one alone. */
function EmailField({ invitation, ...field }: EmailFieldProps) {
  return (
    <TextField
      label="E-mail"
      hint={invitation.email !== null && 'The invitation is for this address.'}
      type="email"
      autoComplete="username"
      readOnly={invitation.email !== null}
      {...field}
    />
  )
}
