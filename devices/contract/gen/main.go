// Command gen writes the contract's documents from its Go types: the JSON
// Schemas and asyncapi.yaml. The words of the schemas are the comments of the
// types, so that the two cannot drift. Run it with go generate in the folder
// above.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
)

func main() {
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	files, err := Documents(dir)
	if err != nil {
		log.Fatal(err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// Documents makes all documents; dir holds the sources of package contract.
func Documents(dir string) (map[string][]byte, error) {
	words, err := comments(dir)
	if err != nil {
		return nil, err
	}
	g := &generator{words: words}
	files := map[string][]byte{}
	for _, v := range []any{contract.Event{}, contract.Request{}, contract.Answer{}} {
		t := reflect.TypeOf(v)
		files["schemas/"+envelope(t)+".json"] = g.document(envelope(t), t)
	}
	for _, m := range contract.Messages {
		name := contract.FileName(m.Name)
		files["schemas/"+name+".json"] = g.document(m.Name, reflect.TypeOf(m.Data))
		if m.Answer != nil {
			files["schemas/"+name+".answer.json"] = g.document(m.Name+" answer", reflect.TypeOf(m.Answer))
		}
	}
	files["asyncapi.yaml"] = asyncapi()
	return files, nil
}

func envelope(t reflect.Type) string { return "envelope." + strings.ToLower(t.Name()) }

type generator struct{ words map[string]string }

func (g *generator) document(title string, t reflect.Type) []byte {
	s := g.schema(t)
	out := ordered{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}}
	out = append(out, s...)
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		log.Fatal(err) // only our own plain values are in there
	}
	return append(b, '\n')
}

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
)

func (g *generator) schema(t reflect.Type) ordered {
	switch {
	case t == timeType:
		return ordered{{"type", "string"}, {"format", "date-time"}}
	case t == rawType:
		return ordered{}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return g.schema(t.Elem())
	case reflect.Struct:
		return g.object(t)
	case reflect.Slice:
		return ordered{{"type", []string{"array", "null"}}, {"items", g.schema(t.Elem())}}
	case reflect.Map: // its keys are strings, as JSON wants them
		return ordered{{"type", []string{"object", "null"}}, {"additionalProperties", g.schema(t.Elem())}}
	case reflect.String:
		return ordered{{"type", "string"}}
	case reflect.Bool:
		return ordered{{"type", "boolean"}}
	case reflect.Uint64:
		return ordered{{"type", "integer"}, {"minimum", 0}}
	case reflect.Int:
		return ordered{{"type", "integer"}}
	}
	log.Fatalf("%v: no schema for a %v", t, t.Kind())
	return nil
}

func (g *generator) object(t reflect.Type) ordered {
	var properties ordered
	var required []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		s := g.schema(f.Type)
		if strings.Contains(opts, "string") {
			s = ordered{{"type", "string"}, {"pattern", "^[0-9]+$"}}
		}
		if w := g.words[t.Name()+"."+f.Name]; w != "" {
			s = append(ordered{{"description", w}}, s...)
		}
		if p := f.Tag.Get("privacy"); p != "" {
			s = append(s, pair{"x-privacy", p})
		}
		properties = append(properties, pair{name, s})
		if !strings.Contains(opts, "omit") {
			required = append(required, name)
		}
	}
	o := ordered{{"type", "object"}}
	if w := g.words[t.Name()]; w != "" {
		o = append(o, pair{"description", w})
	}
	o = append(o, pair{"properties", properties})
	if len(required) > 0 {
		o = append(o, pair{"required", required})
	}
	return o
}

// comments reads the words of types and fields from the sources.
func comments(dir string) (map[string]string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	words := map[string]string{}
	for _, path := range paths {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, s := range decl.Specs {
				if ts, ok := s.(*ast.TypeSpec); ok {
					typeWords(words, ts, decl.Doc)
				}
			}
		}
	}
	if len(words) == 0 {
		return nil, fmt.Errorf("no sources of the contract in %s", dir)
	}
	return words, nil
}

func typeWords(words map[string]string, ts *ast.TypeSpec, doc *ast.CommentGroup) {
	st, ok := ts.Type.(*ast.StructType)
	if !ok {
		return
	}
	words[ts.Name.Name] = oneLine(doc)
	for _, f := range st.Fields.List {
		w := oneLine(f.Comment)
		if w == "" {
			w = oneLine(f.Doc)
		}
		for _, n := range f.Names {
			words[ts.Name.Name+"."+n.Name] = w
		}
	}
}

func oneLine(c *ast.CommentGroup) string {
	return strings.Join(strings.Fields(c.Text()), " ")
}

// ordered is a JSON object that keeps the order of its fields.
type ordered []pair

type pair struct {
	key   string
	value any
}

func (o ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		k, err := json.Marshal(p.key)
		if err != nil {
			return nil, err
		}
		var v bytes.Buffer
		enc := json.NewEncoder(&v)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(p.value); err != nil {
			return nil, err
		}
		b.Write(k)
		b.WriteByte(':')
		b.Write(bytes.TrimSpace(v.Bytes()))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// address is the topic of a kind of message, with parameters in braces.
func address(k contract.Kind, name string) string {
	t := contract.Topics{Hall: "{hall}"}
	switch k {
	case contract.KindHost:
		return t.Host()
	case contract.KindView:
		return t.View(strings.TrimPrefix(name, "view/"))
	case contract.KindState:
		return t.DeviceState("{node}", "{device}")
	case contract.KindDesired:
		return t.DeviceDesired("{node}", "{device}")
	}
	return t.Node("{node}", string(k))
}

// asyncapi writes the document by hand-set lines: the order is for readers.
func asyncapi() []byte {
	var b bytes.Buffer
	p := func(format string, a ...any) { fmt.Fprintf(&b, format+"\n", a...) }
	p("# Made by gen from the Go types of this package; do not edit.")
	p("asyncapi: 3.0.0")
	p("info:")
	p("  title: Hallward, the MQTT contract hall/%s", contract.Version)
	p("  version: %s.0.0", contract.Version)
	p("  description: >-")
	p("    Between a host and its nodes. The hall controller is host to kiosks, displays and bridges;")
	p("    the centre server is host to the hall controllers. Both levels speak the same contract.")
	p("    Operations are written from the node's side. The rules stand under x-rules.")
	p("defaultContentType: application/json")
	p("x-rules:")
	for _, r := range contract.Rules {
		p("  %s: %s", r.ID, quote(r.Text))
	}
	p("channels:")
	for _, c := range channelList() {
		p("  %s:", c.name)
		p("    address: %s", quote(c.address))
		p("    description: %s", quote(c.about))
		p("    parameters:")
		for _, param := range []string{"hall", "node", "device"} {
			if strings.Contains(c.address, "{"+param+"}") {
				p("      %s:", param)
				p("        description: %s", quote("Id of the "+param+", [a-z0-9-]{1,32}."))
			}
		}
		p("    messages:")
		for _, m := range c.messages {
			p("      %s:", m.key)
			p("        $ref: '#/components/messages/%s'", m.key)
		}
		p("    bindings:")
		p("      mqtt:")
		p("        bindingVersion: 0.2.0")
	}
	p("operations:")
	for _, c := range channelList() {
		action := "send"
		if c.kind.FromHost() {
			action = "receive"
		}
		p("  %s:", c.name)
		p("    action: %s", action)
		p("    channel:")
		p("      $ref: '#/channels/%s'", c.name)
		p("    bindings:")
		p("      mqtt:")
		p("        qos: 1")
		p("        retain: %t", c.kind.Retained())
		p("        bindingVersion: 0.2.0")
	}
	p("components:")
	p("  messages:")
	for _, c := range channelList() {
		for _, m := range c.messages {
			p("    %s:", m.key)
			p("      name: %s", quote(m.name))
			p("      summary: %s", quote(m.about))
			p("      payload:")
			if m.envelope == "" {
				p("        $ref: './schemas/%s.json'", m.file)
				continue
			}
			p("        allOf:")
			p("          - $ref: './schemas/%s.json'", m.envelope)
			if m.file != "" {
				p("          - properties:")
				if m.typed {
					p("              type:")
					p("                const: %s", quote(m.name))
				}
				p("              data:")
				p("                $ref: './schemas/%s.json'", m.file)
			}
		}
	}
	return b.Bytes()
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

type channel struct {
	name, address, about string
	kind                 contract.Kind
	messages             []message
}

type message struct {
	key, name, about, file, envelope string
	typed                            bool
}

var about = map[contract.Kind]string{
	contract.KindStatus: "Is the node connected.", contract.KindBirth: "What the node is.",
	contract.KindState: "What a device reports.", contract.KindEvent: "What has happened, once, in order.",
	contract.KindAck: "What the host has stored.", contract.KindAsk: "A request of the node.",
	contract.KindAnswer: "The answer to a request.", contract.KindCommand: "A command of the host.",
	contract.KindResult: "The result of a command.", contract.KindHost: "Is the host's consumer online.",
	contract.KindView: "A snapshot for everybody.",
}

// channelList groups the messages by topic, in the order of the table.
func channelList() []channel {
	var list []channel
	add := func(k contract.Kind, name string, m message) {
		addr := address(k, name)
		i := slices.IndexFunc(list, func(c channel) bool { return c.address == addr })
		if i < 0 {
			key := string(k)
			if k == contract.KindView {
				key = contract.FileName(name)
			}
			list = append(list, channel{name: key, address: addr, about: about[k], kind: k})
			i = len(list) - 1
		}
		list[i].messages = append(list[i].messages, m)
	}
	for _, m := range contract.Messages {
		file := contract.FileName(m.Name)
		msg := message{key: file, name: m.Name, about: m.About, file: file}
		switch m.Kind {
		case contract.KindEvent:
			msg.envelope, msg.typed = "envelope.event", true
		case contract.KindAsk, contract.KindCommand:
			msg.envelope, msg.typed = "envelope.request", true
			reply := message{key: file + ".answer", name: m.Name, about: "The answer: " + m.About, envelope: "envelope.answer"}
			if m.Answer != nil {
				reply.file = file + ".answer"
			}
			kind := contract.KindAnswer
			if m.Kind == contract.KindCommand {
				kind = contract.KindResult
			}
			add(m.Kind, m.Name, msg)
			add(kind, m.Name, reply)
			continue
		}
		add(m.Kind, m.Name, msg)
	}
	return list
}
