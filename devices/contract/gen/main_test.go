package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The documents on disk are those that the types give: go generate changes
// nothing.
func TestDocumentsAreCurrent(t *testing.T) {
	files, err := Documents("..")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s is not what the types give (%v): run go generate ./devices/contract", name, err)
		}
	}
	on, err := filepath.Glob("../schemas/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range on {
		if _, ok := files["schemas/"+filepath.Base(path)]; !ok {
			t.Errorf("%s belongs to no message", path)
		}
	}
}

func TestDocumentsNeedTheSources(t *testing.T) {
	if _, err := Documents(t.TempDir()); err == nil {
		t.Error("an empty folder gave documents")
	}
}
