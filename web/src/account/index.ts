export { default as AccountMenu } from './account-menu.svelte'
export { default as Notices } from './notices.svelte'
