import { Anchor, Button, type AnchorProps, type ButtonProps } from '@mantine/core'
import { createLink, type LinkComponent } from '@tanstack/react-router'
import type { ComponentPropsWithRef } from 'react'

type Own<Props> = Props & Omit<ComponentPropsWithRef<'a'>, keyof Props>

const PlainAnchor = (props: Own<AnchorProps>) => <Anchor {...props} />
const PlainButton = (props: Own<ButtonProps>) => <Button component="a" {...props} />

const AnchorLink = createLink(PlainAnchor)
const ButtonLink = createLink(PlainButton)

/** A text link to another page of the dashboard. */
export const TextLink: LinkComponent<typeof PlainAnchor> = (props) => <AnchorLink {...props} />

/** A link to another page of the dashboard that looks like a button. */
export const LinkButton: LinkComponent<typeof PlainButton> = (props) => <ButtonLink {...props} />
