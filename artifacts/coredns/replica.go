package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/etcd"
	"github.com/coredns/coredns/plugin/etcd/msg"
	clog "github.com/coredns/coredns/plugin/pkg/log"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

const (
	// How old an answer may be. Asked, not watched: a watch notices only after 20 s that the power of its member was cut.
	interval = 500 * time.Millisecond
	// A member that does not answer is not waited for: the next question goes to another one.
	patience = time.Second
)

var log = clog.NewWithPlugin("replica")

func init() { plugin.Register("replica", setup) }

// setup reads `replica ADDRESS...`: it stands between the plugin etcd and its client, and answers from memory. The zone's
// own name leads to the nameservers, ADDRESS, where the plugin would list every record of the zone.
func setup(c *caddy.Controller) error {
	config := dnsserver.GetConfig(c)
	var apex []*mvccpb.KeyValue
	for c.Next() {
		for _, argument := range c.RemainingArgs() {
			address, err := netip.ParseAddr(argument)
			if err != nil {
				return plugin.Error("replica", err)
			}
			value := fmt.Appendf(nil, `{"host":%q,"ttl":30}`, address)
			apex = append(apex, &mvccpb.KeyValue{Key: fmt.Appendf(nil, "/dns/apex/%d", len(apex)), Value: value})
		}
	}
	if len(apex) == 0 {
		return plugin.Error("replica", c.ArgErr())
	}
	ctx, stop := context.WithCancel(context.Background())
	c.OnStartup(func() error {
		backend, found := config.Handler("etcd").(*etcd.Etcd)
		if !found {
			return plugin.Error("replica", errors.New("there is no etcd to ask"))
		}
		known := &replica{KV: backend.Client.KV, prefix: msg.Path(backend.Zones[0], backend.PathPrefix) + "/", apex: apex}
		if records, err := restore(); err == nil {
			known.put(records)
		}
		go known.follow(ctx)
		backend.Client.KV = known
		return nil
	})
	c.OnShutdown(func() error { stop(); return nil })
	return nil
}

// replica has every record of the zone, as etcd had them when it last answered: its outage takes no name away.
type replica struct {
	clientv3.KV
	prefix string
	apex   []*mvccpb.KeyValue

	found   []*mvccpb.KeyValue // as etcd has them, for `follow` alone
	mutex   sync.RWMutex
	records []*mvccpb.KeyValue // those that are records, sorted by key; nil until they are known
}

// Get answers what the plugin asks: one key, or all keys that begin with it.
func (r *replica) Get(_ context.Context, key string, options ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	if strings.HasSuffix(key, "/dns/apex/") {
		return response(r.apex), nil
	}
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	if r.records == nil {
		return nil, errors.New("etcd has not answered yet")
	}
	isPrefix := len(clientv3.OpGet(key, options...).RangeBytes()) > 0
	first := sort.Search(len(r.records), func(i int) bool { return string(r.records[i].Key) >= key })
	end := first
	for end < len(r.records) && matches(string(r.records[end].Key), key, isPrefix) {
		end++
	}
	return response(r.records[first:end]), nil
}

func matches(key, wanted string, isPrefix bool) bool {
	return key == wanted || isPrefix && strings.HasPrefix(key, wanted)
}

func response(records []*mvccpb.KeyValue) *clientv3.GetResponse {
	return &clientv3.GetResponse{Kvs: records, Count: int64(len(records))}
}

// follow keeps the records up to date until the context ends.
func (r *replica) follow(ctx context.Context) {
	silent := false
	for ctx.Err() == nil {
		err := r.update(ctx)
		if failed := err != nil; failed != silent {
			silent = failed
			if failed {
				log.Warningf("etcd does not answer; names stay as they are: %v", err)
			} else {
				log.Infof("etcd answers again")
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(interval):
		}
	}
}

func (r *replica) update(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := r.KV.Get(ctx, r.prefix, clientv3.WithPrefix())
	if err != nil {
		return err
	}
	if same(answer.Kvs, r.found) {
		return nil
	}
	r.found = answer.Kvs
	records := make([]*mvccpb.KeyValue, 0, len(answer.Kvs))
	for _, each := range answer.Kvs {
		if err := check(each.Value); err != nil {
			log.Warningf("%s is left out: %v", each.Key, err)
			continue
		}
		// Without the lease: the plugin would ask etcd how long it has.
		records = append(records, &mvccpb.KeyValue{Key: each.Key, Value: each.Value})
	}
	r.put(records)
	if err := save(records); err != nil {
		log.Warningf("the records will be forgotten at a restart: %v", err)
	}
	return nil
}

func (r *replica) put(records []*mvccpb.KeyValue) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.records = records
}

// same compares versions; both are sorted by key.
func same(found, known []*mvccpb.KeyValue) bool {
	if known == nil || len(found) != len(known) {
		return false
	}
	for i, record := range found {
		if record.ModRevision != known[i].ModRevision || string(record.Key) != string(known[i].Key) {
			return false
		}
	}
	return true
}
