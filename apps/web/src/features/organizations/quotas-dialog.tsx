'use client'

import {
  type OrganizationQuotas,
  type OrganizationSummary,
  type QuotaName,
  quotaNames,
  UpdateQuotas,
} from '@heliograph/protocol'
import { Dialog } from '@/components/dialog'
import { FormDialog } from '@/components/form-dialog'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { TextField } from '@/components/text-field'
import { useToast } from '@/components/toast'
import { useForm } from '@/lib/use-form'
import { useQuotas, useSaveQuotas } from './use-organizations'

interface QuotasDialogProps {
  organization: OrganizationSummary
  onClose: () => void
}

/** Shows and changes the quotas of an organization. */
export function QuotasDialog({ organization: { slug, name }, onClose }: QuotasDialogProps) {
  const query = useQuotas(slug)
  if (query.data) return <QuotasForm quotas={query.data} onClose={onClose} />
  return (
    <Dialog open size="sm" onOpenChange={onClose} title={`Quotas of ${name}`}>
      <Loaded
        query={query}
        failure="The quotas could not be loaded"
        skeleton={<Skeleton className="h-64 w-full" />}
      >
        {() => null}
      </Loaded>
    </Dialog>
  )
}

const labels: Record<QuotaName, string> = {
  devices: 'Devices',
  messagesPerDay: 'Messages of telemetry a day',
  storedBytes: 'Stored telemetry in bytes',
  connections: 'MQTT connections',
}

type Fields = Record<QuotaName, string>

function QuotasForm({ quotas, onClose }: { quotas: OrganizationQuotas; onClose: () => void }) {
  const { slug, name } = quotas
  const save = useSaveQuotas(slug)
  const toast = useToast()
  const { values, set, error, ...form } = useForm({
    initial: fieldsOf(quotas),
    schema: UpdateQuotas,
    toInput: toUpdate,
    onSubmit: async (change) => {
      await save(change)
      onClose()
      toast(`Saved: the quotas of ${name}`)
    },
  })
  return (
    <FormDialog
      title={`Quotas of ${name}`}
      description="An empty field is the default of the platform. A quota below what is used deletes nothing; it refuses more."
      submit="Save quotas"
      form={form}
      onClose={onClose}
    >
      {quotaNames.map((quota) => (
        <TextField
          key={quota}
          label={labels[quota]}
          hint={defaultHint(quotas[quota])}
          error={error(quota)}
          inputMode="numeric"
          autoComplete="off"
          className="tabular-nums"
          value={values[quota]}
          onValue={(text) => set(quota, text)}
        />
      ))}
    </FormDialog>
  )
}

function fieldsOf(quotas: OrganizationQuotas): Fields {
  const text = (quota: QuotaName) => (quotas[quota].isDefault ? '' : String(quotas[quota].limit ?? ''))
  return Object.fromEntries(quotaNames.map((quota) => [quota, text(quota)])) as Fields
}

function toUpdate(fields: Fields): UpdateQuotas {
  const value = (text: string) => (text.trim() === '' ? null : Number(text.replace(/[\s,]/g, '')))
  return Object.fromEntries(quotaNames.map((quota) => [quota, value(fields[quota])]))
}

function defaultHint({ limit, isDefault }: OrganizationQuotas[QuotaName]): string {
  if (!isDefault) return 'Set for this organization.'
  return limit === null ? 'By default there is none.' : `By default ${limit.toLocaleString('en')}.`
}
