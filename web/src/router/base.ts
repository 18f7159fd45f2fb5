const here = import.meta.url

/** Where the page lives, with a slash at the end: `/app/`, or `/some/folder/app/` behind a proxy. */
export const pageBase = import.meta.env?.DEV === false ? new URL('../', here).pathname : '/app/'

/** What comes before every address of the API: the folder that the page's own folder is in, without a slash at the end. */
export const apiBase = pageBase.replace(/\/app\/$/, '')
