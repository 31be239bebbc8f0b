/** Where the daemon that served this page answers. Same origin always: the page never calls another host. */
export const TRPC_PATH = '/trpc';
