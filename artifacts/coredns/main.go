// CoreDNS with the plugins that cloud-init/nameserver/ uses, and no others: a third of the size and of the memory, and
// nothing that a Corefile could turn on by mistake.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/etcd"
	_ "github.com/coredns/coredns/plugin/tls"
)

// The order in which plugins are asked, upstream's own; replica is asked nothing, and needs to find etcd.
func init() {
	dnsserver.Directives = []string{"tls", "bind", "errors", "etcd", "replica"}
}

func main() {
	coremain.Run()
}
