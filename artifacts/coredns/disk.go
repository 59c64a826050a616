package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sort"

	"go.etcd.io/etcd/api/v3/mvccpb"
)

// file has the records as they were last: a nameserver that starts while etcd is away knows them too.
func file() string { return filepath.Join(os.Getenv("STATE_DIRECTORY"), "records.json") }

func save(records []*mvccpb.KeyValue) error {
	values := make(map[string]string, len(records))
	for _, record := range records {
		values[string(record.Key)] = string(record.Value)
	}
	text, err := json.Marshal(values)
	if err != nil {
		return err
	}
	part := file() + ".part"
	if err := os.WriteFile(part, text, 0o600); err != nil {
		return err
	}
	return os.Rename(part, file())
}

// restore fails where there is nothing to restore, or only a torn file.
func restore() ([]*mvccpb.KeyValue, error) {
	text, err := os.ReadFile(file())
	if err != nil {
		return nil, err
	}
	var values map[string]string
	if err := json.Unmarshal(text, &values); err != nil {
		return nil, err
	}
	records := make([]*mvccpb.KeyValue, 0, len(values))
	for key, value := range values {
		records = append(records, &mvccpb.KeyValue{Key: []byte(key), Value: []byte(value)})
	}
	sort.Slice(records, func(i, j int) bool { return string(records[i].Key) < string(records[j].Key) })
	return records, nil
}
