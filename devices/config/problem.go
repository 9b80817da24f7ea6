// Package config reads the YAML files of every program, strictly: an unknown
// key, a wrong type, a key that stands twice, a value that makes no sense are
// mistakes, and all mistakes of a file are told at once, each with its file,
// line and value:
//
//	hall.yaml:12: hours.day_start: "4 o'clock": want a time of day such as 04:00
//
// A program defines a struct with yaml tags, gives it a Check method for what
// the types cannot say, and calls Load. LoadHall reads the folder of a hall.
package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a configuration file.
type Problem struct {
	File  string
	Line  int    // 1.., 0 when the file as a whole is meant
	Path  string // "services[3].prefix", "" when the file as a whole is meant
	Value string // as it stands in the file, "" when it is missing
	Text  string // what is wrong and what is wanted
}

func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Path != "" {
		b.WriteString(": " + p.Path)
	}
	if p.Value != "" {
		fmt.Fprintf(&b, ": %.80q", p.Value)
	}
	return b.String() + ": " + p.Text
}

// Problems are all mistakes, in the order of files and lines. As an error they
// stand one a line.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// err is the sorted problems as an error, nil when there are none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps.sorted()
}

func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Path, b.Path))
	})
	return slices.Compact(ps)
}
