'use client'

import type { Device, IssuedCredential } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Button } from '@/components/button'
import { CredentialOnce } from '@/components/credential/credential-once'
import { Dialog } from '@/components/dialog'
import { deviceListKey } from '@/lib/device-queries'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { FirstMessage } from './first-message'
import { REGISTER_FORM_ID, RegisterForm } from './register-form'

interface Registered {
  device: Device
  credential: IssuedCredential
}

/** Registers a device: first the form, then the credential and the first message. */
export function RegisterDialog({ onClose }: { onClose: () => void }) {
  const [registered, setRegistered] = useState<Registered | null>(null)
  return registered ? (
    <ConnectStep {...registered} onClose={onClose} />
  ) : (
    <FormStep onRegistered={setRegistered} onClose={onClose} />
  )
}

interface FormStepProps {
  onRegistered: (registered: Registered) => void
  onClose: () => void
}

function FormStep({ onRegistered, onClose }: FormStepProps) {
  const [busy, setBusy] = useState(false)
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="New device"
      description="The device gets a name, an id and its own credential."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={REGISTER_FORM_ID} variant="primary" busy={busy}>
            Register device
          </Button>
        </>
      }
    >
      <RegisterForm
        onBusy={setBusy}
        onRegistered={(device, credential) => onRegistered({ device, credential })}
      />
    </Dialog>
  )
}

function ConnectStep({ device, credential, onClose }: Registered & { onClose: () => void }) {
  const { slug } = useOrganization()
  const router = useRouter()
  const queryClient = useQueryClient()

  const close = () => {
    void queryClient.invalidateQueries({ queryKey: deviceListKey(slug) })
    onClose()
  }

  return (
    <Dialog
      open
      locked
      size="lg"
      onOpenChange={close}
      title={`Credential of ${device.name}`}
      footer={
        <>
          <Button onClick={close}>Done</Button>
          <Button
            variant="primary"
            onClick={() => {
              close()
              router.push(paths.device(slug, device.id))
            }}
          >
            Open device
          </Button>
        </>
      }
    >
      <CredentialOnce credential={credential} device={device.id} />
      <FirstMessage device={device.id} credential={credential} />
    </Dialog>
  )
}
