/** Where a service's credential for etcd lies; `admin` is the administrator's. */
export function etcdDirectory(service: string): string {
  return `/etc/credentials/etcd/${service}`;
}
