import { Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { whoamiQuery } from '../../api/session.js'
import { Facts } from '../../components/facts.js'
import { PageHeader } from '../../components/page-header.js'
import { usePageTitle } from '../../components/page-title.js'
import { Section } from '../../components/section.js'
import { sentenceCase } from '../../format/text.js'
import { ApiKeys } from './api-keys.js'
import { PasswordForm } from './password-form.js'

export function AccountPage() {
  usePageTitle('Account')
  const { data: whoami } = useQuery(whoamiQuery)
  return (
    <>
      <PageHeader title="Account and tokens" subtitle={whoami?.user.email} />
      <Stack gap="lg">
        <ApiKeys />
        <PasswordForm />
        {whoami && (
          <Section title="Organizations" note="What you may do in each of them.">
            <Facts of={whoami.memberships.map((one) => [one.organization, sentenceCase(one.role)])} />
          </Section>
        )}
      </Stack>
    </>
  )
}
