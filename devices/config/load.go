package config

import (
	"errors"
	"os"
	"reflect"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
)

// maxSize bounds a configuration file, in bytes.
const maxSize = 4 << 20

// Validator is a configuration that checks itself once it is read: what the
// types cannot say. Structs inside it are checked too, each with a Checker that
// speaks of its own place.
type Validator interface{ Check(*Checker) }

// Load reads the YAML file at path into the struct that dst points to, on top
// of the defaults that stand there. The error is a Problems with every mistake.
func Load(path string, dst any) error { return Problems(Read(path, dst)).err() }

// Read is Load with the mistakes as a list, sorted by line.
func Read(path string, dst any) []Problem {
	_, ps := readFile(path, dst)
	return ps.sorted()
}

func readFile(path string, dst any) (*Checker, Problems) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, Problems{{File: path, Text: "cannot be read: " + cause(err).Error()}}
	}
	return parse(path, data, dst)
}

// Parse is Read for a file that is in memory already.
func Parse(name string, data []byte, dst any) []Problem {
	_, ps := parse(name, data, dst)
	return ps.sorted()
}

func cause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// parse reads data and answers with the places of its values, for checks that
// come after.
func parse(name string, data []byte, dst any) (*Checker, Problems) {
	d := &decoder{file: name, places: map[string]place{}}
	k := &Checker{d: d}
	if len(data) > maxSize {
		d.problems = append(d.problems, Problem{File: name, Text: "is larger than 4 MiB"})
		return k, d.problems
	}
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		p := Problem{File: name, Text: err.Error()}
		var syntax *yaml.SyntaxError
		if errors.As(err, &syntax) {
			p.Text = "is not YAML: " + syntax.Message
			if syntax.Token != nil && syntax.Token.Position != nil {
				p.Line = syntax.Token.Position.Line
			}
		}
		d.problems = append(d.problems, p)
		return k, d.problems
	}
	var docs int
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if docs++; docs > 1 {
			d.bad(doc.Body, "", "want one document in a file")
			continue
		}
		d.decode(doc.Body, reflect.ValueOf(dst).Elem(), "")
	}
	if docs == 0 {
		d.problems = append(d.problems, Problem{File: name, Text: "is empty"})
		return k, d.problems
	}
	check(k, reflect.ValueOf(dst))
	return k, d.problems
}
