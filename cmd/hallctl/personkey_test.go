package main

import (
	"path/filepath"
	"strings"
	"testing"

	"hallward/devices/identity"
)

// A key is made once, is not shown, and is never written over.
func TestPersonKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "person.key")
	out, err := hallctl(t, "personkey", path)
	if err != nil || !strings.Contains(out, path) || len(out) > len(path)+60 {
		t.Errorf("%v\n%s", err, out)
	}
	k, err := identity.LoadKey(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hallctl(t, "personkey", path); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("a second key: %v", err)
	}
	if again, err := identity.LoadKey(path); err != nil || string(again) != string(k) {
		t.Errorf("the key is another now: %v", err)
	}
}
