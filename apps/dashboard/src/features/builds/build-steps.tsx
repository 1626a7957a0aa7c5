import { UnstyledButton } from '@mantine/core'
import { StatusBadge } from '../../components/status-badge.js'
import type { ServiceSteps } from './build-lines.js'
import classes from './build-steps.module.css'

interface BuildStepsProps {
  steps: ServiceSteps[]
  over: boolean
  value: string | undefined
  onChange: (service: string | undefined) => void
}

/** The services of a build with their last step; one of them may be picked to see its lines alone. */
export function BuildSteps({ steps, over, value, onChange }: BuildStepsProps) {
  if (steps.length === 0) return null
  return (
    <div className={classes.steps} role="group" aria-label="Lines of">
      <UnstyledButton className={classes.step} aria-pressed={value === undefined} onClick={() => onChange(undefined)}>
        All
      </UnstyledButton>
      {steps.map(({ service, last, failed }) => (
        <UnstyledButton
          key={service}
          className={classes.step}
          aria-pressed={value === service}
          onClick={() => onChange(value === service ? undefined : service)}
          title={last}
        >
          <StatusBadge tone={failed ? 'bad' : over ? 'good' : 'busy'} moving={!over && !failed} plain>
            {service}
          </StatusBadge>
          {last && <span className={classes.last}>{last}</span>}
        </UnstyledButton>
      ))}
    </div>
  )
}
