package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// place is where a value stands.
type place struct {
	line  int
	value string
	bad   bool // it could not be read
}

type decoder struct {
	file     string
	problems Problems
	places   map[string]place
}

func (d *decoder) bad(n ast.Node, path, format string, args ...any) {
	value := scalar(n)
	d.places[path] = place{line(n), value, true}
	d.problems = append(d.problems, Problem{File: d.file, Line: line(n), Path: path, Value: value, Text: fmt.Sprintf(format, args...)})
}

func line(n ast.Node) int {
	if n == nil {
		return 0
	}
	if v, ok := n.(*ast.MappingNode); ok && len(v.Values) > 0 && !v.IsFlowStyle {
		n = v.Values[0].Key
	}
	if v, ok := n.(*ast.MappingValueNode); ok {
		n = v.Key
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// scalar is a single value as it stands in the file, "" for a list or map.
func scalar(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value
	}
	return ""
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// decode reads a node into a value.
func (d *decoder) decode(n ast.Node, v reflect.Value, path string) {
	if _, seen := d.places[path]; !seen {
		d.places[path] = place{line: line(n), value: scalar(n)}
	}
	switch n := n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		d.bad(n, path, "anchors, aliases and tags are not supported; write the value out")
		return
	case *ast.NullNode:
		return // a key without a value keeps the default
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.decode(n, v.Elem(), path)
		return
	}
	if v.Type() == durationType {
		d.duration(n, v, path)
		return
	}
	if reflect.PointerTo(v.Type()).Implements(textType) {
		d.text(n, v, path)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.structure(n, v, path)
	case reflect.Map:
		d.mapping(n, v, path)
	case reflect.Slice:
		d.list(n, v, path)
	case reflect.Interface:
		v.Set(reflect.ValueOf(d.any(n, path)))
	default:
		d.single(n, v, path)
	}
}

func (d *decoder) single(n ast.Node, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.String:
		switch n.(type) {
		case *ast.StringNode, *ast.LiteralNode:
			v.SetString(scalar(n))
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
			d.bad(n, path, "want a text; put it in quotation marks")
		default:
			d.bad(n, path, "want a text")
		}
	case reflect.Bool:
		if b, ok := n.(*ast.BoolNode); ok {
			v.SetBool(b.Value)
			return
		}
		d.bad(n, path, "want true or false")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if i, ok := whole(n); ok && !v.OverflowInt(i) {
			v.SetInt(i)
			return
		}
		d.bad(n, path, "want a whole number")
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if i, ok := whole(n); ok && i >= 0 && !v.OverflowUint(uint64(i)) {
			v.SetUint(uint64(i))
			return
		}
		d.bad(n, path, "want a whole number, 0 or more")
	case reflect.Float32, reflect.Float64:
		if f, ok := n.(*ast.FloatNode); ok {
			v.SetFloat(f.Value)
			return
		}
		if i, ok := whole(n); ok {
			v.SetFloat(float64(i))
			return
		}
		d.bad(n, path, "want a number")
	default:
		d.bad(n, path, "cannot be configured")
	}
}

func whole(n ast.Node) (int64, bool) {
	i, ok := n.(*ast.IntegerNode)
	if !ok {
		return 0, false
	}
	switch x := i.Value.(type) {
	case int64:
		return x, true
	case uint64:
		return int64(x), x <= math.MaxInt64
	}
	return 0, false
}

func (d *decoder) duration(n ast.Node, v reflect.Value, path string) {
	t, err := time.ParseDuration(scalar(n))
	if _, isText := n.(*ast.StringNode); !isText || err != nil {
		d.bad(n, path, "want a span of time such as 30s, 2m or 24h")
		return
	}
	v.SetInt(int64(t))
}

func (d *decoder) text(n ast.Node, v reflect.Value, path string) {
	switch n.(type) {
	case *ast.StringNode, *ast.LiteralNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(scalar(n))); err != nil {
			d.bad(n, path, "%v", err)
		}
	default:
		d.bad(n, path, "want a single value")
	}
}

// pairs are the entries of a map, each key once.
func (d *decoder) pairs(n ast.Node, path string) ([]*ast.MappingValueNode, bool) {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		return nil, false
	}
	seen := map[string]int{}
	var once []*ast.MappingValueNode
	for _, p := range values {
		key := keyOf(p)
		if first, twice := seen[key]; twice {
			d.problems = append(d.problems, Problem{File: d.file, Line: line(p.Key), Path: join(path, key), Text: fmt.Sprintf("stands twice, first in line %d", first)})
			continue
		}
		seen[key] = line(p.Key)
		once = append(once, p)
	}
	return once, true
}

func keyOf(p *ast.MappingValueNode) string {
	if s := scalar(p.Key); s != "" {
		return s
	}
	return p.Key.GetToken().Value
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// field is one key of a struct.
type field struct {
	name     string
	index    []int
	required bool
}

// fields are the keys of a struct in order. The tag yaml:"name" names a key,
// yaml:"-" hides one, config:"required" demands one, and an embedded struct or
// yaml:",inline" lends its keys.
func fields(t reflect.Type) []field {
	var list []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if f.Type.Kind() == reflect.Struct && name == "" && (f.Anonymous || strings.Contains(options, "inline")) {
			for _, inner := range fields(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				list = append(list, inner)
			}
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		list = append(list, field{name, []int{i}, strings.Contains(f.Tag.Get("config"), "required")})
	}
	return list
}

func (d *decoder) structure(n ast.Node, v reflect.Value, path string) {
	pairs, ok := d.pairs(n, path)
	if !ok {
		d.bad(n, path, "want keys and values")
		return
	}
	known := fields(v.Type())
	given := map[string]bool{}
	for _, p := range pairs {
		key := keyOf(p)
		i := slices.IndexFunc(known, func(f field) bool { return f.name == key })
		if i < 0 {
			d.bad(p.Key, join(path, key), "unknown key; known are %s", names(known))
			d.problems[len(d.problems)-1].Value = ""
			continue
		}
		_, null := p.Value.(*ast.NullNode)
		given[key] = !null
		d.places[join(path, key)] = place{line: line(p.Key), value: scalar(p.Value)}
		d.decode(p.Value, v.FieldByIndex(known[i].index), join(path, key))
	}
	for _, f := range known {
		if f.required && !given[f.name] {
			d.problems = append(d.problems, Problem{File: d.file, Line: line(n), Path: join(path, f.name), Text: "is missing"})
			d.places[join(path, f.name)] = place{line: line(n), bad: true}
		}
	}
}

func names(fields []field) string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.name
	}
	return strings.Join(list, ", ")
}

func (d *decoder) mapping(n ast.Node, v reflect.Value, path string) {
	pairs, ok := d.pairs(n, path)
	if !ok {
		d.bad(n, path, "want keys and values")
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for _, p := range pairs {
		key := keyOf(p)
		d.places[join(path, key)] = place{line: line(p.Key), value: scalar(p.Value)}
		item := reflect.New(v.Type().Elem()).Elem()
		d.decode(p.Value, item, join(path, key))
		if item.Kind() == reflect.Interface && item.IsNil() {
			item = reflect.Zero(v.Type().Elem())
		}
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), item)
	}
}

func (d *decoder) list(n ast.Node, v reflect.Value, path string) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		d.bad(n, path, "want a list")
		return
	}
	list := reflect.MakeSlice(v.Type(), len(s.Values), len(s.Values))
	for i, item := range s.Values {
		d.decode(item, list.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
	v.Set(list)
}

// any reads a value whose type the file decides: string, int, float64, bool,
// nil, []any or map[string]any.
func (d *decoder) any(n ast.Node, path string) any {
	switch n := n.(type) {
	case *ast.NullNode:
		return nil
	case *ast.BoolNode:
		return n.Value
	case *ast.FloatNode:
		return n.Value
	case *ast.IntegerNode:
		if i, ok := whole(n); ok {
			return int(i)
		}
	case *ast.StringNode, *ast.LiteralNode:
		return scalar(n)
	case *ast.SequenceNode:
		list := []any{}
		d.list(n, reflect.ValueOf(&list).Elem(), path)
		return list
	case *ast.MappingNode, *ast.MappingValueNode:
		m := map[string]any{}
		d.mapping(n, reflect.ValueOf(&m).Elem(), path)
		return m
	}
	d.bad(n, path, "want a text, a number, true or false, a list or a map")
	return ""
}
