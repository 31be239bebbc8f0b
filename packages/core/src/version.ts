/** Version of Quorate: daemon, client and page are built from one tree. */
export const QUORATE_VERSION = '0.1.0';
/** Oldest etcd that Quorate supervises. */
export const ETCD_MIN_VERSION = '3.5.0';
