package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/etcd"
	"github.com/coredns/coredns/plugin/etcd/msg"
	clog "github.com/coredns/coredns/plugin/pkg/log"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

var log = clog.NewWithPlugin("guard")

func init() { plugin.Register("guard", setup) }

// setup reads `guard ADDRESS...`: it stands between the plugin etcd and its client. A record that is none is left out,
// where the plugin would refuse the whole name; and the zone's own name leads to the nameservers, ADDRESS, where the
// plugin would list every record of the zone.
func setup(c *caddy.Controller) error {
	config := dnsserver.GetConfig(c)
	var apex []*mvccpb.KeyValue
	for c.Next() {
		for _, argument := range c.RemainingArgs() {
			address, err := netip.ParseAddr(argument)
			if err != nil {
				return plugin.Error("guard", err)
			}
			value, _ := json.Marshal(msg.Service{Host: address.String(), TTL: 30})
			apex = append(apex, &mvccpb.KeyValue{Key: fmt.Appendf(nil, "/dns/apex/%d", len(apex)), Value: value})
		}
	}
	if len(apex) == 0 {
		return plugin.Error("guard", c.ArgErr())
	}
	c.OnStartup(func() error {
		backend, found := config.Handler("etcd").(*etcd.Etcd)
		if !found {
			return plugin.Error("guard", fmt.Errorf("there is no etcd to guard"))
		}
		backend.Client.KV = guarded{KV: backend.Client.KV, apex: apex}
		return nil
	})
	return nil
}

type guarded struct {
	clientv3.KV
	apex []*mvccpb.KeyValue
}

func (g guarded) Get(ctx context.Context, key string, options ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	if strings.HasSuffix(key, "/dns/apex/") {
		return &clientv3.GetResponse{Kvs: g.apex, Count: int64(len(g.apex))}, nil
	}
	answer, err := g.KV.Get(ctx, key, options...)
	if err != nil {
		return nil, err
	}
	good := answer.Kvs[:0]
	for _, record := range answer.Kvs {
		if err := check(record.Value); err != nil {
			log.Warningf("%s is left out: %v", record.Key, err)
			continue
		}
		good = append(good, record)
	}
	answer.Kvs = good
	answer.Count = int64(len(good))
	return answer, nil
}

// check wants what servicereg writes: an address, a port.
func check(value []byte) error {
	var record msg.Service
	if err := json.Unmarshal(value, &record); err != nil {
		return err
	}
	if _, err := netip.ParseAddr(record.Host); err != nil {
		return err
	}
	if record.Port < 1 || record.Port > 65535 {
		return fmt.Errorf("%d is no port", record.Port)
	}
	return nil
}
