"""minicluster-lock, minicluster-elect and minicluster-kv: locks and small data in etcd, for a service's own user."""
