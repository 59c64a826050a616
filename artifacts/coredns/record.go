package main

import (
	"encoding/json"
	"fmt"
	"net/netip"

	"github.com/coredns/coredns/plugin/etcd/msg"
)

// check wants what servicereg writes: an address, a port. One record that is none would make the plugin refuse the whole name.
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
